"""Which verdicts need a person, and which of them come first."""

from swarm.model.causes import ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.rules.health import is_archived
from swarm.rules.results.disputes import open_disputes
from swarm.rules.service_wait import is_given_up

_RANKS = {
    Health.OVERDUE: 0,
    Health.UNKNOWN: 2,
    Health.LOOPING: 3,
    Health.FAILED: 4,
    Health.DISPUTED: 5,
    Health.LOST: 5,
    Health.INVESTIGATE: 6,
    Health.WAITING: 12,
    Health.RETRYING: 12,
    Health.LATE: 13,
}
_GIVEN_UP = 5
_ORPHANED = 4
_UNVERIFIED, _OVER_BUDGET, _OTHER_PROBLEM, _STALE, _CALM, _OVER = 1, 7, 8, 9, 20, 30
_NEEDS_A_PERSON = frozenset({Health.OVERDUE, Health.UNKNOWN, Health.LOOPING, Health.INVESTIGATE, Health.DISPUTED})


def is_problem(v: Verdict, view: AgentView) -> bool:
    """It needs a person: what `p` shows and `w` jumps to (control-room.md, Problems first).

    A failed or lost agent is one until its results are read, a killed one only while its death is not verified. What
    was held or paused is none: the operator has seen to it. A stamp that disagrees with our clock is a note, no more.
    """
    record = view.record
    if is_archived(view):
        return False
    if record is not None and record.unverified:
        return True
    if v.state in (Health.FAILED, Health.LOST):
        return record is None or record.read_at is None
    if v.state in _NEEDS_A_PERSON or v.stale_results or _is_stray(view) or _is_given_up(view):
        return True
    over = record is not None and record.phase is Phase.ENDED
    return not over and any(not problem.code.is_note for problem in view.problems)


def is_settled(view: AgentView) -> bool:
    """It is over, and no person needs to look at it any more: its end was ordered or is seen, its results are read."""
    record = view.record
    if record is None or record.phase is not Phase.ENDED or record.unverified:
        return False
    if is_archived(view):
        return True
    if record.ending is Ending.DONE and open_disputes(record):
        return False
    if record.read_at is not None:
        return True
    return record.ending is Ending.KILLED and view.results.state is ResultsState.ABSENT


def severity(v: Verdict, view: AgentView) -> int:
    """A rank to sort by in ascending order: worst first; 0 is the worst, from 12 on no person is needed."""
    record = view.record
    if is_archived(view):
        return _OVER
    if record is not None and record.unverified:
        return _UNVERIFIED
    if v.state in (Health.KILLED, Health.DONE, Health.FAILED, Health.LOST) and not is_problem(v, view):
        return _OVER
    ranks = [_RANKS.get(v.state, _CALM)]
    if _is_given_up(view):
        ranks.append(_GIVEN_UP)
    if v.stale_results:
        ranks.append(_ORPHANED if v.orphaned_results else _STALE)
    for problem in view.problems:
        if problem.code in (ProblemCode.OVER_BUDGET, ProblemCode.GHOST):
            ranks.append(_OVER_BUDGET)
        elif not problem.code.is_note:
            ranks.append(_OTHER_PROBLEM)
    if _is_stray(view):
        ranks.append(_OVER_BUDGET)
    return min(ranks)


def _is_given_up(view: AgentView) -> bool:
    """It waits for its service, and is not taken up by itself any more."""
    record = view.record
    return record is not None and record.phase is Phase.WAITING and is_given_up(record.waiting)


def _is_stray(view: AgentView) -> bool:
    """It runs without having been spawned through us. A sub-agent inside a program does too, as its program told us:
    where it breaks a budget, that is said of the agent whose budget it is.
    """
    return view.ghost and view.inner is None
