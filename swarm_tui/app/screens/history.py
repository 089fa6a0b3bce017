"""Lists over the room: agents over the last heartbeats, the audit log, what an agent changed, sessions beside us."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from swarm.model.listed import ListedSession
from swarm.model.snapshot import Snapshot
from swarm.model.time import Now
from swarm.sanitize import clean, clean_block
from widgets.dialog import Dialog
from widgets.event_feed import EventFeed, EventRow
from widgets.line_list import LineList
from widgets.paragraphs import Paragraph
from widgets.session_list import SessionList
from widgets.text_pane import TextPane
from widgets.timeline import Legend, Timeline


class ListOver(Dialog[str | None]):
    """A list over the room; dismissed with the id of the agent to go to, or None."""

    AUTO_FOCUS = ""
    FRESH_KEYS = frozenset()
    DEFAULT_CSS = """
    ListOver Frame { width: 94%; max-width: 140; height: 90%; background: $surface; border: round $accent; }
    ListOver .title { color: $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "close", show=False),
        Binding("enter", "pick", "go there", show=False),
    ]
    TITLE_TEXT = ""
    HINT = "enter goes to the agent, esc leaves"

    def __init__(self, lines: LineList) -> None:
        super().__init__(self.TITLE_TEXT)
        self._lines = lines

    def compose_body(self) -> ComposeResult:
        yield from self.compose_head()
        yield self._lines
        yield Static(Content(self.HINT), classes="note")

    def compose_head(self) -> ComposeResult:
        """What stands between the title and the list."""
        yield from ()


class TimelineScreen(ListOver):
    """A row an agent, a column a heartbeat."""

    TITLE_TEXT = "the agents over the last heartbeats"

    def __init__(self, snapshot: Snapshot) -> None:
        self._timeline = Timeline()
        super().__init__(self._timeline)
        self._snapshot = snapshot

    def compose_head(self) -> ComposeResult:
        yield Legend(self._timeline)

    def on_mount(self) -> None:
        self._timeline.update_snapshot(self._snapshot, {}, Now(0.0, 0.0))
        self._timeline.focus()

    def action_pick(self) -> None:
        """Goes to the agent under the cursor."""
        view = self._timeline.current
        self.dismiss(view.id if view is not None else None)


class AuditScreen(ListOver):
    """The audit log, the newest at the end."""

    TITLE_TEXT = "who did what, refusals too (progress is in the details); the newest at the end"

    def __init__(self, rows: tuple[EventRow, ...]) -> None:
        self._feed = EventFeed()
        super().__init__(self._feed)
        self._rows = rows

    def on_mount(self) -> None:
        self._feed.set_events(self._rows)
        self._feed.focus()
        self.call_after_refresh(self._feed.scroll_to_cursor)  # how much fits is known only then

    @on(EventFeed.Picked)
    def action_pick(self) -> None:
        """Goes to the agent of the record under the cursor."""
        row = self._feed.current
        self.dismiss(row.agent if row is not None else None)


class SessionsScreen(ListOver):
    """Sessions that run beside the swarm; dismissed with the key of the one to take in."""

    TITLE_TEXT = "what your agent programs run beside this swarm"
    HINT = "enter makes it an agent of this swarm, esc leaves"

    def __init__(self, sessions: tuple[ListedSession, ...], now: float, untold: tuple[str, ...] = ()) -> None:
        """now: wall seconds. untold: programs of which it cannot be told which sessions run."""
        self._list = SessionList(now)
        super().__init__(self._list)
        if untold:
            self.title_text += f"; of {clean(' and '.join(untold), 80)} it cannot be told"
        self._sessions = sessions

    def on_mount(self) -> None:
        self._list.set_sessions(self._sessions)
        self._list.focus()

    @on(SessionList.Picked)
    def action_pick(self) -> None:
        """Takes in the session under the cursor."""
        session = self._list.current
        self.dismiss(session.key if session is not None else None)


MAX_LINES = 20_000
_OF_DIFF = {"+": "good", "-": "danger", "@": "accent", "d": "strong"}
"""The roles of the lines of a difference, by their first character; the d is that of `diff`."""


class DiffScreen(ListOver):
    """What an agent changed in its worktree."""

    HINT = "esc leaves"

    def __init__(self, title: str, text: str, *, cut: bool) -> None:
        self._pane = TextPane()
        super().__init__(self._pane)
        self.title_text = title
        self._text = text or "there is no difference"
        self._cut = cut

    def on_mount(self) -> None:
        shown = clean_block(self._text, MAX_LINES, 2000).split("\n")
        lines = [Paragraph(line, _OF_DIFF.get(line[:1], "quote")) for line in shown]
        if self._cut:
            lines.append(Paragraph("it goes on: swarm-tui diff shows more", "muted"))
        self._pane.set_paragraphs(lines)
        self._pane.focus()

    def action_pick(self) -> None:
        """There is nowhere to go."""
