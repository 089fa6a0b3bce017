"""What the operator did is taken back: acknowledged, read, paused; each by the verb's own inverse, with its line."""

import pytest

from swarm.errors import NotFound, Refused
from swarm.model.causes import AlertCause
from swarm.model.record import Phase
from swarm.protocol.agent_files import read_results
from tests.support.homes import LiveHome

DONE = ("sh", "-c", """echo '{"status": "success", "summary": "it is there"}' > results.json""")


def undone(home: LiveHome, verb: str) -> list[str]:
    """The agents of whom the audit log says that this was taken back."""
    return [each.agent for each in home.swarm.events(5000) if each.verb == verb and each.more.get("undo") and each.ok]


def test_an_acknowledgement_is_taken_back_with_the_end_that_it_marked_read(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "false")
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    seen = live_home.swarm.acknowledge(live_home.state.alerts)
    assert [(alert.cause, alert.acked_by) for alert in seen] == [(AlertCause.FAILED, "operator")]
    assert live_home.record("worker-1").read_at is not None
    with pytest.raises(Refused, match="Only the operator"):
        live_home.open(live_home.actor("worker-1")).unacknowledge(seen)

    assert [alert.cause for alert in live_home.swarm.unacknowledge(seen)] == [AlertCause.FAILED]

    assert [alert.acked_at for alert in live_home.state.alerts] == [None]
    assert live_home.record("worker-1").read_at is None
    assert undone(live_home, "acknowledge") == [live_home.id("worker-1")]
    assert live_home.swarm.unacknowledge(seen) == (), "it is open already"
    live_home.clock.advance(1)
    (again,) = live_home.swarm.acknowledge(live_home.state.alerts)
    assert live_home.swarm.unacknowledge(seen) == (), "that was another acknowledgement"
    assert live_home.state.alerts == (again,)


def test_a_reading_is_taken_back_also_where_the_ledger_has_let_go_of_the_agent(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", *DONE)
    live_home.wait_until_ended("worker-1")
    life = live_home.record("worker-1").spawn_id
    with pytest.raises(NotFound, match="not the one that was meant"):
        live_home.swarm.read("worker-1", spawn_id="another")
    assert live_home.swarm.read("worker-1", spawn_id=life).first

    assert live_home.swarm.unread("worker-1", spawn_id=life) == live_home.id("worker-1")

    assert (live_home.record("worker-1").read_at, live_home.record("worker-1").read_by) == (None, "")
    assert undone(live_home, "read") == [live_home.id("worker-1")]
    assert live_home.swarm.unread("worker-1") == live_home.id("worker-1"), "nobody has read them: they stay so"
    assert len(undone(live_home, "read")) == 1
    assert live_home.swarm.read("worker-1").first, "they wait for a reader again"
    with pytest.raises(NotFound, match="not the one that was meant"):
        live_home.swarm.unread("worker-1", spawn_id="another")
    forget(live_home, "worker-1")
    live_home.swarm.unread("worker-1")
    assert live_home.swarm.read("worker-1").first
    live_home.swarm.accept("worker-1")
    with pytest.raises(Refused, match="are accepted"):
        live_home.swarm.unread("worker-1")


def test_the_alert_that_a_reading_ended_is_open_again_as_soon_as_it_is_taken_back(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", *DONE)
    live_home.wait_until_ended("worker-1")
    for _ in range(live_home.home.policy.heartbeat.unread_after + 1):
        live_home.swarm.beat(by="test", force=True)
    (before,) = live_home.state.alerts
    assert before.cause is AlertCause.RESULTS_UNREAD
    live_home.swarm.read("worker-1")
    assert not live_home.state.alerts

    live_home.swarm.unread("worker-1")

    (after,) = live_home.state.alerts
    assert (after.key, after.text, after.acked_at) == (before.key, before.text, None)
    live_home.swarm.unread("worker-1")
    assert live_home.state.alerts == (after,), "once is enough"


def forget(home: LiveHome, name: str) -> None:
    """The ledger lets go of an ended agent, as heartbeats do in time."""
    from swarm.ledger.state import without

    assert home.record(name).phase is Phase.ENDED
    assert read_results(home.agent(name)).summary
    home.home.ledger.commit(lambda state: without(state, home.id(name)), purpose="forget it")


def test_a_pause_is_taken_back_for_those_alone_that_it_paused(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=3)
    for name in ("worker-1", "worker-2"):
        live_home.spawn(name, parent="idea-a")
    live_home.swarm.pause("idea-a/worker-1")

    halted = live_home.swarm.pause("idea-a")
    assert [ref.id for ref in halted] == [live_home.id(name) for name in ("idea-a", "idea-a/worker-2")]
    live_home.swarm.kill(["idea-a/worker-2"], grace=0.0)
    gone_on = live_home.swarm.resume(live_home.home.policy.root.id, only=halted)

    assert [ref.id for ref in gone_on] == [live_home.id("idea-a")], "the other has ended in between"
    assert live_home.record("idea-a/worker-1").paused is not None, "it stood still before"
    again = live_home.swarm.resume("idea-a")
    assert [ref.id for ref in again] == [live_home.id("idea-a/worker-1")]
    live_home.swarm.pause(live_home.home.policy.root.id, only=again)
    assert live_home.record("idea-a/worker-1").paused is not None
    assert live_home.record("idea-a").paused is None
