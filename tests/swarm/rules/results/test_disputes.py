"""Hollow success: what speaks against results that say success, from results, spec and what was found on disk."""

from typing import Any

import pytest

from swarm.model.agent import Acceptance
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Phase, Record
from swarm.model.reports import Results, ResultsState
from swarm.model.review import MAX_ABOUT, Decision, Dispute, DisputeKind, Review
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.rules.health import verdict
from swarm.rules.plan import plan
from swarm.rules.results.disputes import disputes_in, hollow, not_settled
from swarm.rules.triage import is_problem, is_settled
from tests.support.swarms import HEARTBEAT_N, NOW, POLICY, a_snapshot, a_spec, a_view, results

SPEC = a_spec("w", outputs=("*.md",))
CHECKED = a_spec("w", acceptance=(Acceptance("it is there", "test -s x"),))
NOT_REACHED = (("the link is live", False), ("the page is there", True))
MISSING = Dispute(DisputeKind.MISSING_OUTPUT, "report.md")


def ended(**fields: Any) -> AgentView:
    """An agent that ended as done."""
    return a_view("w", **{"phase": Phase.ENDED, "ending": Ending.DONE, "results": results(), **fields})


def judged(view: AgentView) -> tuple[Health, str]:
    found = verdict(view, NOW, POLICY, heartbeat_n=HEARTBEAT_N)
    return found.state, found.why


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        (hollow(results(), None, None, ()), []),
        (hollow(Results(ResultsState.INVALID, empty=True), SPEC, 3, ()), [DisputeKind.EMPTY]),
        (hollow(Results(ResultsState.INVALID, why="it is cut off"), SPEC, 0, ()), []),
        (hollow(results(summary=" "), None, None, ()), [DisputeKind.EMPTY]),
        (hollow(results(summary=""), CHECKED, None, ()), []),
        (hollow(results(summary=""), SPEC, 2, ()), []),
        (hollow(results(), SPEC, 0, ()), [DisputeKind.NO_OUTPUTS]),
        (hollow(results(), SPEC, 1, ()), []),
        (hollow(results(acceptance=NOT_REACHED), SPEC, 1, ()), [DisputeKind.OWN_WORD]),
        (hollow(results("partial", acceptance=NOT_REACHED), SPEC, 0, ()), []),
        (hollow(results("partial"), SPEC, 0, (MISSING,)), [DisputeKind.MISSING_OUTPUT]),
        (hollow(results("failed", acceptance=NOT_REACHED), SPEC, 0, (MISSING,)), []),
    ],
)
def test_failure_9_results_are_held_against_what_they_promise(
    found: tuple[Dispute, ...], kinds: list[DisputeKind]
) -> None:
    assert [each.kind for each in found] == kinds


@pytest.mark.parametrize(
    "view",
    [
        a_view("w", results=results(acceptance=NOT_REACHED)),
        a_view("w", results=results(), missing=(MISSING,)),
        ended(disputes=(MISSING,)),
        ended(disputes=(Dispute(DisputeKind.EMPTY),), results=Results(ResultsState.INVALID, empty=True)),
        ended(acceptance=(("the link is live", False),), checked_n=3),
        ended(disputes=(MISSING,), read_at=NOW.wall, read_by="operator"),
    ],
)
def test_failure_9_a_hollow_success_is_red_and_needs_a_person_until_it_is_decided(view: AgentView) -> None:
    state, why = judged(view)
    assert state is Health.DISPUTED
    assert why.startswith("done, disputed: ")
    assert is_problem(verdict(view, NOW, POLICY, heartbeat_n=HEARTBEAT_N), view)
    assert not is_settled(view)
    assert view.record is not None
    for decision, after in ((Decision.ACCEPTED, Health.DONE), (Decision.REJECTED, Health.FAILED)):
        review = Review(decision, "genesis-01", NOW.wall, "I looked", disputes_in(view))
        decided = replace(view, record=replace(view.record, review=review, read_at=NOW.wall))
        state, why = judged(decided)
        assert state is after
        assert f"{decision} by genesis-01" in why
        assert "I looked" in why
        assert not is_problem(verdict(decided, NOW, POLICY, heartbeat_n=HEARTBEAT_N), decided)


def test_a_heartbeat_raises_the_alert_of_what_no_check_found() -> None:
    checked = a_view("x", phase=Phase.ENDED, ending=Ending.DONE, acceptance=(("it is live", False),))
    made = plan(a_snapshot(ended(disputes=(MISSING,)), checked), POLICY, NOW)
    said = [(action.agent, action.reason) for action in made.actions if action.cause is AlertCause.DISPUTED]
    assert said == [("genesis-01/w", "it says it is done: an output that the results name is not there: report.md")]


def test_an_earlier_run_and_an_end_that_is_no_success_are_no_hollow_success() -> None:
    earlier = ended(disputes=(MISSING,))
    assert disputes_in(replace(earlier, id="genesis-01/w.1")) == ()
    assert disputes_in(ended(ending=Ending.KILLED, acceptance=(("t", False),))) == ()


def test_the_ledger_holds_only_the_beginning_of_what_an_agent_calls_an_output() -> None:
    (found,) = hollow(results(), None, None, (Dispute(DisputeKind.MISSING_OUTPUT, "x" * 2000),))
    assert len(found.about) == MAX_ABOUT
    assert not_settled((found,), record_of(Review(Decision.ACCEPTED, about=(found,)))) == ()


def record_of(review: Review) -> Record:
    record = ended(review=review).record
    assert record is not None
    return record
