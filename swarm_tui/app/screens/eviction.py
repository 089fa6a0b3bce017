"""The dialog of a spawn without a free slot: the operator picks the agents to evict, ranked with stuck ones first."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from swarm.formatting import plural
from swarm.model.requests import EvictionChoice, SpawnCheck
from swarm.sanitize import clean
from widgets.answer import Answer
from widgets.cells import Cell, fit, fit_tail
from widgets.check_list import CheckList, CheckRow, TickDialog, column
from widgets.dialog import Reserved

MAX_WHOM, MAX_STATE = 48, 12
NOTHING_TICKED = "space ticks whom to end first; nobody is ended as it is"


class MakeRoom(TickDialog[tuple[str, ...] | None]):
    """Dismissed with the ids to end first, or None. Nothing is ticked to begin with: the default is no."""

    DANGER = True

    def __init__(self, check: SpawnCheck) -> None:
        noun = "slot" if check.slots == 1 else "slots"
        title = f"No room for {clean(check.agent, 200)}, which takes {check.slots} {noun}: end whom?"
        super().__init__(title, rows(check.candidates))
        self._check = check
        most = sum(candidate.frees for candidate in check.candidates)
        self._sum = Reserved([NOTHING_TICKED, self._words(len(check.candidates), most)], most=2, low=2, id="sum")

    def compose_head(self) -> ComposeResult:
        for objection in self._check.objections:
            yield Static(Content(clean(f"{objection.title} {objection.detail}", 500)), classes="note")
        yield self._sum

    def answers(self) -> tuple[Answer, ...]:
        return (
            Answer("No", "n", id="no"),
            Answer("End them and spawn", "y", id="yes", danger=True, disabled=True),
        )

    @on(CheckList.Moved)
    @on(CheckList.Toggled)
    def _count(self) -> None:
        chosen = set(self.rows.ticked)
        freed = sum(candidate.frees for candidate in self._check.candidates if candidate.agent in chosen)
        self._sum.update(Content(self._words(len(chosen), freed) if chosen else NOTHING_TICKED))
        self.query_one("#yes", Answer).disabled = not chosen

    def _words(self, chosen: int, freed: int) -> str:
        """What yes does."""
        return f"{plural(chosen, 'agent')} and all below end, {plural(freed, 'slot')} come free, then it is spawned"

    def action_yes(self) -> None:
        """Ends who is ticked, and spawns."""
        if chosen := self.rows.ticked:
            self.dismiss(tuple(chosen))


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
