"""The results inbox over the room: a list of who reported or ended, and below it the one under the cursor in full."""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from swarm.formatting import plural
from swarm.model.results_inbox import ResultsEntry
from swarm.rules.results.results_inbox import needs_a_reader
from swarm_tui.app.act import Act
from swarm_tui.app.keys import keys_for
from widgets.dialog import Dialog
from widgets.line_list import charset_of
from widgets.own_keys import keys_of
from widgets.results_entry import entry_page
from widgets.results_list import ResultsList
from widgets.text_pane import TextPane

Entries = tuple[ResultsEntry, ...]
OnEntry = Callable[[ResultsEntry], None]


class ResultsScreen(Dialog[str | None]):
    """Dismissed with the id of the agent to go to, or None. What is done with an entry, the room does."""

    AUTO_FOCUS = "ResultsList"
    FRESH_KEYS = frozenset()
    DEFAULT_CSS = """
    ResultsScreen Frame { width: 94%; max-width: 150; height: 90%; background: $surface; border: round $accent; }
    ResultsScreen .title { color: $accent; height: 1; }
    ResultsScreen ResultsList { height: 1fr; }
    ResultsScreen #page { height: 1fr; border-top: solid $accent; }
    ResultsScreen .note { link-color: $muted; link-style: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "close", show=False),
        Binding("enter", "pick", "go there", show=False),
        Binding("tab,shift+tab", "other_pane", "list or text", show=False),
    ]
    ACTS: ClassVar[dict[str, tuple[str, str]]] = {
        "read": ("on_entry('read')", "read"),
        "accept": ("on_entry('accept')", "accept"),
        "reject": ("on_entry('reject')", "reject"),
        "undo": ("undo", "takes back"),
        "toggle_over": ("toggle_waiting", "only what waits"),
        "refresh": ("reload", "look again"),
        "results": ("leave", ""),
    }
    """What acts of the table do here, under the same keys, and the word for it in the hint."""

    def __init__(
        self,
        entries: Entries,
        root: str,
        now: float,
        *,
        table: Iterable[Act],
        acts: dict[str, OnEntry],
        reload: Callable[[], None],
        undo: Callable[[], None],
    ) -> None:
        """table: of acts, with their keys. acts: what the room does with an entry, by name. reload: has the room
        look again. undo: has it take back what was done last. now: wall seconds.
        """
        super().__init__("results")
        for key, action in keys_for(table, {name: action for name, (action, _) in self.ACTS.items()}):
            self._bindings.bind(key, action, show=False)
        self._list = ResultsList(root, now)
        self._page = TextPane(id="page")
        self._entries = entries
        self._root, self._now = root, now
        self._acts, self._reload, self._undo = acts, reload, undo
        self._waiting_only = False
        self._read: tuple[str, str] | None = None
        """Whose entry stands below the list: agent and spawn id."""

    def compose_body(self) -> ComposeResult:
        yield self._list
        yield self._page
        yield Static(Content("  ").join(self._hints()), classes="note")

    def _hints(self) -> Iterator[Content]:
        """Each can be clicked. Our own words: the only markup here."""
        key_of = keys_of(self)
        hints = ((key_of(name), *each) for name, each in self.ACTS.items() if each[1])
        for key, action, words in (("enter", "pick", "goes there"), *hints, ("esc", "leave", "leaves")):
            yield Content.from_markup(f"[@click=screen.{action}]$key {words}[/]", key=key)

    def on_mount(self) -> None:
        self._show()

    def show_entries(self, entries: Entries, now: float) -> None:
        """Shows these in place of what was there; the cursor stays on its agent. now: wall seconds."""
        self._entries, self._now = entries, now
        self._show()

    def _show(self) -> None:
        waiting = tuple(entry for entry in self._entries if needs_a_reader(entry))
        shown = waiting if self._waiting_only else self._entries
        title = f"results, the newest first: {plural(len(self._entries), 'agent')}, {len(waiting)} to be seen to"
        self.query_one(".title", Static).update(Content(title + (", only these shown" if self._waiting_only else "")))
        self._list.set_entries(shown, self._now)

    @on(ResultsList.Highlighted)
    def _highlighted(self, event: ResultsList.Highlighted) -> None:
        entry = event.entry
        if entry is None or (entry.agent, entry.spawn_id) != self._read:
            self._read = (entry.agent, entry.spawn_id) if entry is not None else None
            self._page.scroll_home(animate=False, immediate=True)
        self._page.set_paragraphs(entry_page(entry, self._root, charset_of(self)) if entry is not None else ())

    @on(ResultsList.Picked)
    def action_pick(self) -> None:
        """Goes to the agent of the entry under the cursor."""
        entry = self._list.current
        self.dismiss(entry.agent if entry is not None else None)

    def action_on_entry(self, act: str) -> None:
        """Does something with the entry under the cursor."""
        if (entry := self._list.current) is not None:
            self._acts[act](entry)

    def action_toggle_waiting(self) -> None:
        """Shows only what somebody is to see to still, or everything."""
        self._waiting_only = not self._waiting_only
        self._show()

    def action_undo(self) -> None:
        """Takes back what was done last."""
        self._undo()

    def action_reload(self) -> None:
        """Looks at the disk again."""
        self._reload()

    def action_other_pane(self) -> None:
        """Gives the keys to the text below, or back to the list."""
        (self._page if self._list.has_focus else self._list).focus()
