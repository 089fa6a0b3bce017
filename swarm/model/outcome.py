"""Outcomes as a board shows them: what agents are to bring about, and whether it is there."""

from enum import StrEnum

from msgspec import Struct

from swarm.model.checks import CheckRun


class OutcomeState(StrEnum):
    """Where an outcome stands. The words stand in `--json`."""

    THERE = "there"
    """The last check found it."""
    GONE = "gone"
    """The last check did not find it, and an earlier one did."""
    MISSING = "missing"
    """The last check did not find it."""
    OPEN = "open"
    """Its check has not been run: the agent is at work, or the check is."""
    UNCHECKED = "unchecked"
    """No command checks it."""


class Outcome(Struct, frozen=True):
    """One outcome of one agent. text: as its spec has it; clean it before it is shown."""

    agent: str
    text: str
    state: OutcomeState
    why: str = ""
    """What the last check said; without a check, the agent's own word on it."""
    history: tuple[tuple[int, bool], ...] = ()
    """(heartbeat number, whether it was there) of the last runs of its check, oldest first."""


class Board(Struct, frozen=True):
    """The outcomes of one agent and of those directly below it, its own first."""

    agent: str
    outcomes: tuple[Outcome, ...] = ()

    def count(self, *states: OutcomeState) -> int:
        """How many outcomes are in one of these states."""
        return sum(each.state in states for each in self.outcomes)


def history_of(runs: tuple[CheckRun, ...], place: int) -> tuple[tuple[int, bool], ...]:
    """The history of the outcome at this place among those with a check, without runs that did not get to it."""
    return tuple((run.n, place not in run.failed) for run in runs if place < run.passed + len(run.failed))
