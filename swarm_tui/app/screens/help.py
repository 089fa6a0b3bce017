"""The help: one text in one pane, which is searched as the transcript is."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from swarm.config.policy import Policy
from swarm.model.record import Alert
from swarm_tui.app.act import Act
from swarm_tui.app.actions import ACTS
from swarm_tui.app.capabilities import Where
from swarm_tui.app.help_text import help_text
from swarm_tui.app.keys import keys_for
from widgets.check_list import MOVING_KEYS
from widgets.line_list import charset_of
from widgets.over_the_room import OverTheRoom
from widgets.own_keys import keys_of
from widgets.searched_pane import SearchedPane


class HelpPane(SearchedPane):
    """The text. What is searched for is found from the place that one reads on."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVING_KEYS]

    def on_mount(self) -> None:
        self.show_words()

    def show_words(self) -> None:
        self.border_subtitle = Content(
            "  ".join([*self.words_of_search(), f"{keys_of(self)('filter')} searches, n N go on, esc closes"])
        )

    def search(self, text: str) -> int:
        """Marks every place where the text occurs, and goes to the first one in sight or below; returns how many."""
        self.forget_place()
        self.needle = text.strip().lower()
        self._at = self.scroll_offset.y - 1
        if self.needle and not self.find_next():
            self._place = "0 found"
        self.show_words()
        return len(self._found_lines())


class HelpScreen(OverTheRoom[None]):
    """What concerns the row, every key, what the signs on the screen mean, and what to do about alerts."""

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "HelpPane"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "close", show=False),
    ]

    def __init__(
        self, policy: Policy, where: Where, acts: tuple[Act, ...] = ACTS, *, alert: Alert | None = None
    ) -> None:
        """alert: the one under the cursor, where the alerts have the keys."""
        super().__init__()
        for key, action in keys_for(acts, {"help": "leave", "filter": "search"}):  # what opened it closes it
            self._bindings.bind(key, action, show=False)
        self._acts = acts
        self._policy = policy
        self._where = where
        self._alert = alert
        self.pane = HelpPane(id="text")
        self.line = Input(placeholder="search the help; enter, then n next, N previous", id="search")

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            self.pane.border_title = Content("help")
            yield self.pane
            yield self.line

    def on_mount(self) -> None:
        text = help_text(self._where, self._acts, self._policy, charset_of(self), self._alert)
        self.pane.set_paragraphs(text)

    def action_search(self) -> None:
        """A line to type in."""
        self.line.add_class("-shown")
        self.line.focus()

    @on(Input.Changed)
    def _searched(self, event: Input.Changed) -> None:
        self.pane.search(event.value)

    @on(Input.Submitted)
    def _search_done(self) -> None:
        self.line.set_class(bool(self.pane.needle), "-shown")
        self.pane.focus()

    def action_leave(self) -> None:
        """Leaves the search where there is one, else the help."""
        if self.pane.needle or self.line.has_focus:
            self.line.value = ""
            self.line.remove_class("-shown")
            self.pane.focus()
        else:
            self.dismiss(None)
