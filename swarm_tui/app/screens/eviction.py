"""The dialog of a spawn without a free slot: the operator picks the agents to evict, ranked with stuck ones first."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from swarm.model.requests import EvictionChoice, SpawnCheck
from swarm.sanitize import clean
from widgets.cells import Cell, fit, fit_tail
from widgets.check_list import CheckList, CheckRow, column

MAX_WHOM, MAX_STATE = 48, 12


class MakeRoom(ModalScreen[tuple[str, ...] | None]):
    """Dismissed with the ids to end first, or None. Nothing is ticked to begin with: the default is no."""

    CSS_PATH = "make_room.tcss"
    AUTO_FOCUS = "CheckList"
    FRESH_KEYS = frozenset({"enter"})
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
            yield CheckList(rows(self._check.candidates))
            yield Static("", id="chosen")
            yield Static("", id="sum")

    def on_mount(self) -> None:
        self._count()

    @on(CheckList.Moved)
    def _moved(self, event: CheckList.Moved) -> None:
        self.query_one("#chosen", Static).update(Content(event.row.full if event.row is not None else ""))

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
            self.query_one("#sum", Static).update(Content("No agent is ticked: space ticks, esc leaves."))

    def action_leave(self) -> None:
        """Closes the dialog: no agent is ended or spawned."""
        self.dismiss(None)


def rows(candidates: Sequence[EvictionChoice]) -> list[CheckRow]:
    """Who could be ended, in columns: whom, state, what it frees, why; all of a row's words stand in `full`."""
    whom = column((clean(candidate.agent, 200) for candidate in candidates), MAX_WHOM)
    state = column((clean(candidate.state, 40) for candidate in candidates), MAX_STATE)
    return [_row(candidate, whom, state) for candidate in candidates]


def _row(candidate: EvictionChoice, whom: int, state: int) -> CheckRow:
    frees = f"frees {candidate.frees} slot{'s' if candidate.frees != 1 else ''}"
    agent, why = clean(candidate.agent, 200), clean(candidate.why, 1000)
    return CheckRow(
        candidate.agent,
        (
            Cell(fit_tail(agent, whom), "strong"),
            Cell(f"  {fit(clean(candidate.state, 40), state)}", "warning"),
            Cell(f"  {frees:<14}  {why}", "muted"),
        ),
        ticked=False,
        full=f"{agent} is {clean(candidate.state, 40)}: {why}; ending it {frees}",
    )
