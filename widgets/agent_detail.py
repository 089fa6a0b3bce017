"""One agent up close: its verdict with what comes next, and six tabs of what is known of it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from swarm.model.beat import Beat
from swarm.model.health import Verdict
from swarm.model.outcome import Board
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.costs import Spending
from widgets.agent_words import state_word
from widgets.cells import quote, short_id
from widgets.detail_head import TABS, ActivityLine, FactsLine, Tab, TabLine, VerdictLine
from widgets.detail_pages import DetailData, events_page, process_page, progress_page, text_page
from widgets.line_list import charset_of
from widgets.paragraphs import Paragraph
from widgets.text_pane import TextPane
from widgets.transcript import Transcript


class DetailBody(Vertical):
    """Where the tabs' contents lie; only one is shown."""


class AgentDetail(Widget):
    """The detail of the agent under the cursor. It reads nothing: the screen hands in what a tab needs."""

    DEFAULT_CSS = """
    AgentDetail { layout: vertical; height: 1fr; width: 1fr; background: $surface; }
    AgentDetail > DetailBody { height: 1fr; }
    AgentDetail TextPane { display: none; }
    AgentDetail TextPane.-active { display: block; }
    """

    tab: var[Tab] = var(Tab.PROGRESS)
    root: var[str] = var("")
    """The root's id, which the title is shown without."""

    class TabChanged(Message):
        """Another tab is shown: what it needs may be read now."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = ""
        self._view: AgentView | None = None
        self._verdict: Verdict | None = None
        self._now = Now(0.0, 0.0)
        self._data: DetailData | None = None
        self._beats: tuple[Beat, ...] = ()
        self._below: Spending | None = None
        self._board: Board | None = None
        self._transcript = Transcript(id="tab-transcript")
        self._panes: dict[Tab, TextPane] = {
            tab: self._transcript if tab is Tab.TRANSCRIPT else TextPane(id=f"tab-{tab.value}") for tab in TABS
        }
        self._verdict_line = VerdictLine()
        self._tab_line = TabLine()
        self._activity_line = ActivityLine()
        self._facts_line = FactsLine()

    def compose(self) -> ComposeResult:
        yield self._verdict_line
        yield self._activity_line
        yield self._tab_line
        with DetailBody():
            yield from self._panes.values()
        yield self._facts_line

    def on_mount(self) -> None:
        self._show_tab()

    # -- what comes in -------------------------------------------------------------------------------------------

    def show(
        self,
        view: AgentView | None,
        verdict: Verdict | None,
        now: Now,
        beats: tuple[Beat, ...] = (),
        below: Spending | None = None,
        board: Board | None = None,
    ) -> None:
        """Show this agent. Another one (or another life) clears the transcript and what had been read.

        below: what it and everything below it have used up. board: the outcomes of all that it leads, where the tab of
        the results shows them.
        """
        before = self._view
        if before is None or view is None or (before.id, before.spawn_id) != (view.id, view.spawn_id):
            self._data = None
            self._transcript.clear()
            for pane in self._panes.values():
                pane.scroll_home(animate=False, immediate=True)
        self._view, self._verdict, self._now, self._beats = view, verdict, now, beats
        self._below, self._board = below, board
        self._fill()

    def load(self, data: DetailData) -> None:
        """What was read for this agent; what belongs to another (it came late) is dropped."""
        view = self._view
        if view is not None and (view.id, view.spawn_id) == (data.agent, data.spawn_id):
            self._data = data
            self._fill()

    def tick(self, verdict: Verdict | None, now: Now) -> None:
        """The same agent, later: the countdown goes on."""
        self._verdict, self._now = verdict, now
        if self.tab is Tab.PROCESS:  # it says how long ago the agent was spawned
            self._fill()
        else:
            self._fill_head()

    @property
    def view(self) -> AgentView | None:
        """The agent that it shows."""
        return self._view

    @property
    def transcript(self) -> Transcript:
        """The transcript: append lines to it, search it, let it follow."""
        return self._transcript

    @property
    def active_pane(self) -> TextPane:
        """The content of the shown tab: what scrolls, what is copied."""
        return self._panes[self.tab]

    def next_tab(self, step: int = 1) -> None:
        """Show the next tab, or the one before with -1."""
        self.tab = TABS[(TABS.index(self.tab) + step) % len(TABS)]

    # -- filling -------------------------------------------------------------------------------------------------

    def _fill_head(self) -> None:
        view, verdict = self._view, self._verdict
        state = ""
        if verdict is not None and view is not None:
            state = f" {charset_of(self).dot} {state_word(view, verdict, charset_of(self))}"
        name = quote(short_id(view.id, self.root), 200) if view is not None else ""
        title = f"{name}{state}" if view is not None else "no agent"
        if title != self._title:  # Textual draws the whole detail again for it, the same title or another
            self._title = title
            self.border_title = Content(title)
        self._verdict_line.verdict = verdict
        self._activity_line.show(view, self._now, self._below, verdict.why if verdict is not None else "")
        self._facts_line.view = view

    def _fill(self) -> None:
        self._fill_head()
        if self.tab is not Tab.TRANSCRIPT:
            self._panes[self.tab].set_paragraphs(self._page(self.tab))

    def _page(self, tab: Tab) -> tuple[Paragraph, ...]:
        view, data = self._view, self._data
        if view is None:
            return (Paragraph("no agent is chosen", "muted"),)
        why = dict(data.errors).get(tab) if data is not None else None
        failed = (Paragraph(quote(why, 500), "warning"),) if why else ()
        charset = charset_of(self)
        if tab is Tab.TASK:
            page = text_page(data.task if data is not None else None, "it has no task.md")
        elif tab is Tab.RESULTS:
            from widgets.results_page import results_page

            page = results_page(view, charset, data.summary if data is not None else None, self._board, self.root)
        elif tab is Tab.PROCESS:
            page = process_page(view, data, self._now)
        elif tab is Tab.EVENTS:
            page = events_page(view, data.events if data is not None else None, self._beats, charset)
        else:
            page = progress_page(view)
        return (*failed, *page)

    def watch_tab(self) -> None:
        if self.is_mounted:
            self._show_tab()
            self.post_message(self.TabChanged(self.tab))

    def _show_tab(self) -> None:
        self._tab_line.tab = self.tab
        focused = any(pane.has_focus for pane in self._panes.values())
        for tab, pane in self._panes.items():
            pane.set_class(tab is self.tab, "-active")
        if focused:
            self.active_pane.focus()
        self._fill()

    def on_tab_line_pressed(self, event: TabLine.Pressed) -> None:
        event.stop()
        self.tab = event.tab
