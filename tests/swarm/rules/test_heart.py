"""Whether the heart beats: by who owns the heartbeat, who runs one, and how long there was none."""

from typing import Any

import pytest

from swarm.config.policy import Heartbeat, Policy
from swarm.model.heart import HeartState
from swarm.model.record import Holder
from swarm.model.values import replace
from swarm.rules.heart import advice, alert_of, command, heart
from tests.support.swarms import HOUR, MINUTE, NOW, PERIOD, POLICY, a_snapshot, a_view, an_identity

RUN = Holder("run", an_identity(4211), NOW.wall - 5 * HOUR, NOW.wall + MINUTE, PERIOD, NOW.awake + MINUTE)
LATE = replace(RUN, due=NOW.awake - PERIOD - 2 * MINUTE)
BUSY = replace(RUN, due=NOW.awake - PERIOD)
LONG_AGO: dict[str, Any] = {"heartbeat_last": NOW.awake - HOUR, "heartbeat_last_at": NOW.wall - HOUR}
NEVER: dict[str, Any] = {"heartbeat_last": None, "heartbeat_last_at": None}
BEATING = Holder("heartbeat", an_identity(77), NOW.wall - MINUTE)


@pytest.mark.parametrize(
    ("fields", "state", "why"),
    [
        ({"owner": RUN}, HeartState.BEATS, ""),
        ({"owner": BUSY}, HeartState.BEATS, ""),
        ({"owner": RUN, "owner_gone": True}, HeartState.STOPPED, "run (pid 4211) had the heartbeat, and is gone"),
        ({"owner": LATE}, HeartState.STOPPED, "run (pid 4211) has the heartbeat, and does not beat"),
        ({"owner": RUN, **LONG_AGO}, HeartState.STOPPED, "the heartbeats of run (pid 4211) fail"),
        ({"owner": RUN, **NEVER}, HeartState.BEATS, ""),
        ({"owner": RUN, "heartbeat_running": BEATING}, HeartState.BEATING, ""),
        ({"heartbeat_running": BEATING, **LONG_AGO}, HeartState.BEATING, ""),
        (
            {"heartbeat_running": replace(BEATING, since=NOW.wall - HOUR), **LONG_AGO},
            HeartState.STOPPED,
            "heartbeat (pid 77) began a heartbeat and does not end it",
        ),
        ({}, HeartState.BY_HAND, ""),
        (LONG_AGO, HeartState.STOPPED, "agents run, and no process beats in this home"),
        (NEVER, HeartState.STOPPED, "agents run, and no process beats in this home"),
    ],
)
def test_the_heart_is_judged_by_owner_holder_and_silence(fields: dict[str, Any], state: HeartState, why: str) -> None:
    found = heart(a_snapshot(a_view("worker-1", age=60.0), **fields), POLICY, NOW)
    assert (found.state, found.why) == (state, why)


def test_nobody_is_held_to_the_silence_before_it_came() -> None:
    came = a_snapshot(a_view("worker-1", age=60.0), owner=replace(RUN, since=NOW.wall - MINUTE), **LONG_AGO)
    assert heart(came, POLICY, NOW).state is HeartState.BEATS, "an owner has just taken it up, and is about to beat"
    young = a_snapshot(a_view("worker-1", spawned_ago=MINUTE), **LONG_AGO)
    assert heart(young, POLICY, NOW).state is HeartState.BY_HAND, "the agent is new in a home that beat yesterday"
    died = replace(came, owner_gone=True)
    assert heart(died, POLICY, NOW).stopped_s == HOUR, "it is said how long ago the last one was all the same"


def test_what_was_stopped_says_for_how_long_and_how_to_start_it_again() -> None:
    snapshot = a_snapshot(a_view("worker-1", age=60.0), owner=RUN, owner_gone=True)
    assert heart(snapshot, POLICY, NOW).stopped_s == 7 * MINUTE
    alert = alert_of(snapshot, POLICY, NOW)
    assert alert is not None
    assert alert.text.endswith(f"Start it again: swarm-tui -C {snapshot.home} run")
    assert alert == alert_of(snapshot, POLICY, NOW._replace(wall=NOW.wall + 60)), "an older silence is no other alert"
    assert "'/tmp/my swarm'" in command("/tmp/my swarm")
    assert command("/a") in advice("/a")


def test_where_nothing_runs_or_the_operator_beats_no_heartbeat_is_missed() -> None:
    assert heart(a_snapshot(**LONG_AGO), POLICY, NOW).state is HeartState.BY_HAND
    by_hand = Policy(heartbeat=Heartbeat(auto=False))
    worker = a_view("worker-1", age=60.0)
    assert heart(a_snapshot(worker, **LONG_AGO), by_hand, NOW).state is HeartState.BY_HAND
    assert alert_of(a_snapshot(worker, **LONG_AGO), by_hand, NOW) is None
    died = heart(a_snapshot(worker, owner=RUN, owner_gone=True), by_hand, NOW)
    assert died.state is HeartState.STOPPED, "a process that took it up had promised the next one"
