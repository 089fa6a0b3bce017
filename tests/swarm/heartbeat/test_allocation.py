"""The reserve and the schedule of a real home: who gets in, what stays due over restarts, what is not promised."""

import pytest

from swarm.errors import Refused
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from tests.support.homes import PERIOD, SLEEPER, LiveHome


def schedule(home: LiveHome, every: int) -> None:
    """Has improvement agents spawned every so many heartbeats."""
    policy = home.root / "swarm.toml"
    policy.write_text(policy.read_text().replace("[schedule]", f"[schedule]\nimprovement = {every}"))
    home.swarm = home.open()


def test_the_reserve_is_for_roles_that_have_the_right_and_for_the_operators_word(live_home: LiveHome) -> None:
    live_home.rules(slots=5, reserve=2)
    live_home.swarm = live_home.open()
    live_home.spawn("meta", slots=2)
    live_home.spawn("worker-1")
    root = live_home.open(live_home.home.actor._replace(kind="agent", agent="genesis-01", spawn_id="s"))
    with pytest.raises(Refused) as caught:
        root.spawn(live_home.request("worker-2", use_reserve=True))
    assert caught.value.code == "reserve"
    assert "reserve: true" in caught.value.detail

    live_home.swarm.beat(by="test")
    assert not live_home.state.alerts
    live_home.spawn("diagnostic-1", role="diagnostic")
    live_home.spawn("urgent", use_reserve=True)
    beat = live_home.swarm.beat(by="test", force=True)
    assert [alert for alert in beat.alerts if "2 of the 2 slots in reserve are in use" in alert]
    live_home.swarm.kill(["urgent", "diagnostic-1"], reason="over", grace=0.0)
    live_home.swarm.beat(by="test", force=True)
    assert AlertCause.RESERVE not in {alert.cause for alert in live_home.state.alerts}


def test_a_schedule_without_room_is_due_over_restarts_and_runs_once(live_home: LiveHome) -> None:
    argv = ", ".join(f'"{word}"' for word in SLEEPER)
    live_home.rules(slots=2, reserve=1, more=f"[programs.command]\nargv = [{argv}]\n")
    schedule(live_home, 3)
    live_home.spawn("worker-1")
    for _ in range(3):
        live_home.swarm.beat(by="test", force=True)
    assert live_home.state.schedule_due == ("improvement",)

    live_home.swarm.kill(["worker-1"], reason="over", grace=0.0)
    live_home.clock.advance(PERIOD)
    live_home.swarm = live_home.open()
    beat = live_home.swarm.beat(by="test", force=True)
    started = [action for action in beat.actions if action.action is ActionKind.SCHEDULE]
    assert [action.reason for action in started] == ["due since before: heartbeat 4, every 3"]
    assert not live_home.state.schedule_due


def test_a_scheduled_role_that_cannot_run_is_said_in_the_rehearsal_and_not_promised(live_home: LiveHome) -> None:
    schedule(live_home, 1)  # it would run `command`, which has nothing to run
    live_home.spawn("worker-1")
    rehearsed = live_home.swarm.rehearse().plan.actions
    said = [action.reason for action in rehearsed if action.role == "improvement" and action.kind is ActionKind.SKIP]
    assert len(said) == 1
    assert said[0].startswith("it cannot run at all: ")
    assert ActionKind.SCHEDULE not in {action.kind for action in rehearsed}

    live_home.swarm.beat(by="test")
    (alert,) = [each for each in live_home.state.alerts if each.cause is AlertCause.SCHEDULE]
    assert alert.text.startswith("[schedule] improvement: it cannot run at all")
    (live_home.root / "roles" / "improvement.md").write_text("---\nname: improvement\n---\n")
    rehearsed = live_home.swarm.rehearse().plan.actions
    assert any("improvement.md" in action.reason for action in rehearsed if action.kind is ActionKind.SKIP)
