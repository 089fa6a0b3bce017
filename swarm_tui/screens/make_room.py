"""Kill before spawn: there is no room, so who is to be ended for it. Ranked, stuck ones first; one step for both."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from swarm.requests import Candidate, SpawnCheck
from swarm.untrusted import clean
from widgets.cells import Cell
from widgets.check_list import CheckList, CheckRow


class MakeRoom(ModalScreen[tuple[str, ...] | None]):
    """Dismissed with the ids to end first, or None. Nothing is ticked to begin with: the default is no."""

    CSS_PATH = "make_room.tcss"
    AUTO_FOCUS = "CheckList"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "close")]

    def __init__(self, check: SpawnCheck) -> None:
        super().__init__()
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            noun = "slot" if self._check.slots == 1 else "slots"
            yield Static(
                Content(f"No room for {clean(self._check.agent, 200)}, which takes {self._check.slots} {noun}"),
                id="title",
            )
            for objection in self._check.objections:
                yield Static(Content(clean(f"{objection.title} {objection.detail}", 500)), classes="why")
            yield CheckList([_row(candidate) for candidate in self._check.candidates])
            yield Static("", id="sum")

    def on_mount(self) -> None:
        self._count()

    @on(CheckList.Toggled)
    def _count(self) -> None:
        chosen = set(self.query_one(CheckList).ticked)
        freed = sum(candidate.frees for candidate in self._check.candidates if candidate.agent in chosen)
        text = (
            f"{len(chosen)} to end, {freed} of their slots freed: enter ends them and spawns, in one step; esc leaves"
            if chosen
            else "space ticks who is to be ended first; esc leaves, and nothing happens"
        )
        self.query_one("#sum", Static).update(Content(text))

    @on(CheckList.Applied)
    def _applied(self, event: CheckList.Applied) -> None:
        chosen = event.check_list.ticked
        if chosen:
            self.dismiss(tuple(chosen))
        else:
            self.query_one("#sum", Static).update(Content("Nobody is ticked: space ticks, esc leaves."))

    def action_leave(self) -> None:
        """Leaves; nobody is ended, nothing is spawned."""
        self.dismiss(None)


def _row(candidate: Candidate) -> CheckRow:
    noun = "slot" if candidate.frees == 1 else "slots"
    return CheckRow(
        candidate.agent,
        (
            Cell(clean(candidate.agent, 200), "strong"),
            Cell(f"  {candidate.state}", "warning"),
            Cell(f"  frees {candidate.frees} {noun}  {clean(candidate.why, 300)}", "muted"),
        ),
        ticked=False,
    )
