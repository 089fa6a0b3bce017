"""Results that no one reads: their age in heartbeats, and which parents end for leaving them."""

from typing import Any

import pytest

from swarm.config.policy import Policy, ResultsPolicy
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.plan import plan
from swarm.rules.results.unread import due_for_neglect, unread_beats
from swarm.rules.verdicts import verdicts
from tests.support.swarms import HEARTBEAT_N, NOW, POLICY, a_snapshot, a_view, full_id, results

CAUSES = (AlertCause.RESULTS_UNREAD, AlertCause.RESULTS_ORPHANED)
STOP = replace(POLICY, results=ResultsPolicy(then="stop"))


def left(name: str = "idea/worker", beats: int = 6, **fields: Any) -> AgentView:
    """An agent that is done, and whose results no one reads."""
    shape = {"phase": Phase.ENDED, "ending": Ending.DONE, "results": results(), "collected_n": HEARTBEAT_N - beats}
    return a_view(name, **{**shape, **fields})


def due(*views: AgentView, policy: Policy = STOP, **fields: Any) -> dict[str, str]:
    snapshot: Snapshot = a_snapshot(*views, **fields)
    return {
        agent: one.reason for agent, one in due_for_neglect(snapshot, verdicts(snapshot, policy, NOW), policy).items()
    }


def test_failure_8_the_age_of_unread_results_counts_heartbeats() -> None:
    assert [unread_beats(left(beats=beats), HEARTBEAT_N) for beats in (0, 1, 6)] == [0, 1, 6]
    assert unread_beats(left(read_at=NOW.wall), HEARTBEAT_N) is None
    assert unread_beats(a_view("w"), HEARTBEAT_N) is None


def test_failure_8_a_parent_that_leaves_results_is_ended_where_the_policy_says_so() -> None:
    said = {full_id("idea"): f"it has left the results of {full_id('idea/worker')} unread for 6 heartbeats"}
    assert due(a_view("idea", slots=3), left()) == said
    assert due(a_view("idea", slots=3), left(), policy=POLICY) == {}


@pytest.mark.parametrize(
    "views",
    [
        (a_view("idea", slots=3), left(beats=5)),
        (a_view("idea", slots=3), left(read_at=NOW.wall)),
        (a_view("idea", slots=3, paused=NOW.awake - 60), left()),
        (a_view("idea", slots=3, held_until=HEARTBEAT_N + 2), left()),
        (a_view("idea", phase=Phase.ENDED, ending=Ending.DONE), left()),
        (left("worker"),),
        (a_view("idea", slots=3, spawned=NOW.awake - 60), left(ended=NOW.awake - 600)),
        (a_view("idea", slots=9), a_view("idea/lead", phase=Phase.ENDED, ending=Ending.KILLED), left("idea/lead/w")),
    ],
)
def test_who_reads_in_time_or_is_held_or_is_the_root_or_came_later_is_not_ended(views: tuple[AgentView, ...]) -> None:
    assert due(*views) == {}


def test_a_parent_lives_on_where_a_person_has_seen_the_alert() -> None:
    worker = left()
    alert = Alert(worker.id, AlertCause.RESULTS_ORPHANED, "x", worker.spawn_id, acked_at=NOW.wall)
    assert due(a_view("idea", slots=3), worker, alerts=(alert,)) == {}


def test_the_alert_names_who_is_to_read_where_the_parent_has_ended() -> None:
    lead = a_view("idea/lead", phase=Phase.ENDED, ending=Ending.KILLED)
    snapshot = a_snapshot(a_view("idea", slots=9), lead, left("idea/lead/w"))
    reasons = [each.reason for each in plan(snapshot, POLICY, NOW).actions if each.cause in CAUSES]
    assert reasons == [f"its results have been unread for 7 heartbeats; {full_id('idea')} is to read them"]
