"""Heartbeats on real agents: what they see, say, end, collect and start, and that there is only one of them."""

import json
import os
import subprocess
import sys

import pytest

from swarm.ending.intents import at_work
from swarm.errors import Busy, Refused
from swarm.heartbeat.beat import claim
from swarm.ledger.state import raise_alert
from swarm.model.agent import Liveness
from swarm.model.beat import Beat
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Holder, Phase
from swarm.model.values import replace
from swarm.processes.identity import identify
from swarm.protocol.heartbeats import read_beats
from tests.support.homes import PERIOD, LiveHome
from tests.support.trees import ODD_KINDS, make_odd
from tests.support.wait import wait_for


def beat(home: LiveHome, after: float = PERIOD) -> Beat:
    """A heartbeat a period after the last one."""
    home.clock.advance(after)
    return home.swarm.beat(by="test")


def did(record: Beat, action: str) -> list[str]:
    return [each.agent for each in record.actions if each.action == action]


def causes(home: LiveHome) -> list[str]:
    return [alert.cause for alert in home.state.alerts]


def test_a_heartbeat_over_healthy_agents_does_nothing_and_is_recorded(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")

    record = live_home.swarm.beat(by="test")

    assert (record.n, record.by, record.passed, record.actions) == (1, "test", True, ())
    assert record.counts == {"idle": 1, "starting": 1}
    assert record.slots == {"max": 12, "reserve": 2, "committed": 1, "used": 1, "free": 9}
    assert read_beats(live_home.layout.heartbeats)[0] == (record,)
    assert live_home.state.heartbeat_n == 1
    assert live_home.state.running is None
    assert live_home.lines("heartbeat")[-1][2]


def test_a_silent_agent_is_investigated_once_and_then_killed(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "echo last words; exec sleep 300")
    quiet = [beat(live_home) for _ in range(4)]

    assert [did(each, "investigate") for each in quiet] == [[], ["genesis-01/worker-1"], [], []]
    assert [did(each, "kill") for each in quiet] == [[], [], ["genesis-01/worker-1"], []]
    assert [each.passed for each in quiet] == [True, True, False, True]
    record = live_home.record("worker-1")
    assert (record.ending, record.ended_by, record.investigations) == (Ending.KILLED, "engine", 1)
    assert "45m" in record.why
    assert not live_home.alive("worker-1")
    found = json.loads(live_home.agent("worker-1").investigation(1).read_text())
    assert found["stdout"] == ["last words"]
    assert {process["is"] for process in found["processes"]} >= {"program"}
    assert found["heartbeat"] == 2
    assert "killed" in causes(live_home)
    assert "investigate" not in causes(live_home)


def test_the_alert_of_a_silence_goes_when_it_is_over(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    beat(live_home)
    beat(live_home)
    assert causes(live_home) == ["investigate"]
    live_home.agent("worker-1").progress.write_text("here I am\n")

    beat(live_home)

    assert causes(live_home) == []


def test_an_agent_that_speaks_between_plan_and_kill_lives_on(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("worker-1")
    beat(live_home)
    beat(live_home)
    rescan = type(live_home.swarm.scanner).rescan

    def late(self: object, paths: object) -> object:
        live_home.agent("worker-1").progress.write_text("2026-01-01 10:00 - just in time\n")
        return rescan(self, paths)  # type: ignore[arg-type]

    monkeypatch.setattr(type(live_home.swarm.scanner), "rescan", late)
    record = beat(live_home)

    assert did(record, "spare") == ["genesis-01/worker-1"]
    assert did(record, "kill") == []
    assert live_home.alive("worker-1")


def test_a_held_agent_is_not_killed_until_its_hold_is_over(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.swarm.hold("worker-1", beats=4, why="long build")

    beats = [beat(live_home) for _ in range(5)]

    assert [did(each, "kill") for each in beats] == [[], [], [], [], ["genesis-01/worker-1"]]


def test_results_are_collected_although_the_process_goes_on(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done")
    live_home.write_results("worker-1")

    record = live_home.swarm.beat(by="test")

    assert did(record, "collect") == ["genesis-01/worker-1"]
    assert record.passed
    after = live_home.record("worker-1")
    assert (after.phase, after.ending, after.collected_n) == (Phase.ENDED, Ending.DONE, 1)
    assert not live_home.alive("worker-1")
    assert live_home.swarm.snapshot().slots.committed == 0


@pytest.mark.parametrize("kind", ODD_KINDS)
def test_files_that_are_none_stop_no_heartbeat_and_end_nobody(live_home: LiveHome, kind: str) -> None:
    """HF1, HF2: what cannot be read is neither silence nor an end, and whoever stands beside it is seen to."""
    live_home.spawn("worker-1")
    live_home.spawn("worker-2")
    odd = live_home.agent("worker-1")
    for path in (odd.stdout, odd.task):
        path.unlink()
    for path in (odd.progress, odd.results, odd.inbox, odd.stdout, odd.task, odd.exit):
        make_odd(path, kind)
    live_home.write_results("worker-2")

    first = live_home.swarm.beat(by="test")
    records = [beat(live_home) for _ in range(4)]

    assert did(first, "collect") == ["genesis-01/worker-2"]
    assert not any(did(record, "kill") for record in records)
    assert live_home.alive("worker-1")
    view = live_home.swarm.snapshot().agent("genesis-01/worker-1")
    assert view is not None
    verdict = live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"]
    assert verdict.state is Health.UNKNOWN
    assert any(problem.code == "unreadable" for problem in view.problems)
    assert live_home.swarm.kill(["worker-1"]).gone


def test_who_ended_without_results_is_freed_with_an_alert(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "false")
    live_home.wait_until_ended("worker-1")

    record = live_home.swarm.beat(by="test")

    assert did(record, "free") == ["genesis-01/worker-1"]
    assert live_home.record("worker-1").ending is Ending.FAILED
    assert causes(live_home) == ["failed"]


def test_unread_results_are_an_alert_after_three_heartbeats(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.write_results("worker-1")
    live_home.swarm.beat(by="test")

    for _ in range(3):
        assert "results-unread" not in causes(live_home)
        beat(live_home)
    beat(live_home)
    assert "results-unread" in causes(live_home)
    live_home.swarm.read("worker-1")
    assert "results-unread" not in causes(live_home)


def test_results_that_stay_broken_are_an_alert_after_two_heartbeats(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.write_results("worker-1", '{"status": ')
    live_home.swarm.beat(by="test")
    assert "results-invalid" not in causes(live_home)

    beat(live_home, PERIOD / 2)
    assert "results-invalid" in causes(live_home)

    live_home.write_results("worker-1")
    beat(live_home, PERIOD / 2)
    assert "results-invalid" not in causes(live_home)
    assert live_home.record("worker-1").ending is Ending.DONE


def test_a_role_whose_turn_it_is_is_started(live_home: LiveHome) -> None:
    live_home.rules()
    text = (live_home.root / "swarm.toml").read_text().replace("[schedule]", "[schedule]\nimprovement = 2")
    (live_home.root / "swarm.toml").write_text(text + '\n[programs.command]\nargv = ["sleep", "300"]\n')
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1"))
    first = swarm.beat(by="test")
    live_home.clock.advance(PERIOD)

    record = swarm.beat(by="test")

    assert did(record, "schedule") == ["genesis-01/improvement-01"]
    assert live_home.alive("improvement-01")
    (note,) = [each.reason for each in first.actions if each.action == "note"]
    assert "runs as improvement every 30m in which something happened, at most $1 a run and $48 a day" in note
    assert not did(record, "note")


def test_one_action_that_fails_does_not_stop_the_others(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("worker-2")
    log = live_home.agent("worker-1").log
    for path in sorted(log.iterdir()):
        path.unlink()
    log.rmdir()
    log.symlink_to(live_home.root)

    beat(live_home)
    record = beat(live_home)

    reasons = {each.agent: each.reason for each in record.actions if each.action == "investigate"}
    assert reasons["genesis-01/worker-1"].startswith("failed: ")
    assert not reasons["genesis-01/worker-2"].startswith("failed: ")
    assert "action" in causes(live_home)


def test_a_second_heartbeat_within_half_a_period_needs_force(live_home: LiveHome) -> None:
    live_home.swarm.beat(by="test")
    live_home.clock.advance(PERIOD / 2 - 20)

    with pytest.raises(Refused) as caught:
        live_home.swarm.beat(by="test")
    assert caught.value.code == "half-period"
    assert live_home.swarm.rehearse().refused
    assert live_home.swarm.beat(by="test", force=True).n == 2
    live_home.clock.advance(PERIOD / 2 + 1)
    assert live_home.swarm.rehearse().refused == ""


def test_a_heartbeat_while_one_runs_is_busy_even_with_force(live_home: LiveHome) -> None:
    with at_work() as begin:
        claim(live_home.home, "somebody", begin, force=False)

        with pytest.raises(Busy) as caught:
            live_home.swarm.beat(by="test", force=True)
    assert caught.value.code == "heartbeat-running"
    assert "somebody" in caught.value.detail


def test_a_heartbeat_that_this_process_could_not_give_up_hinders_no_later_one(live_home: LiveHome) -> None:
    with at_work() as begin:
        claim(live_home.home, "somebody", begin, force=False)

    assert live_home.swarm.beat(by="test").n == 1


def test_a_heartbeat_whose_process_died_is_taken_over(live_home: LiveHome) -> None:
    dead = subprocess.Popen(["sleep", "300"])
    identity = identify(dead.pid)
    dead.kill()
    dead.wait()
    assert identity is not None
    live_home.home.ledger.commit(
        lambda state: replace(state, running=Holder("somebody", identity, 0.0)), purpose="die in a heartbeat"
    )

    assert live_home.swarm.beat(by="test").n == 1


def test_a_rehearsal_is_the_plan_and_changes_nothing(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.clock.advance(2 * PERIOD)
    live_home.swarm.beat(by="test")
    live_home.clock.advance(PERIOD + 10)
    before = live_home.state.revision

    rehearsal = live_home.swarm.rehearse()

    assert [(each.kind.value, each.agent) for each in rehearsal.plan.actions if each.kind == "kill"] == [
        ("kill", "genesis-01/worker-1")
    ]
    assert rehearsal.verdicts["genesis-01/worker-1"].state is Health.OVERDUE
    assert live_home.state.revision == before
    assert live_home.alive("worker-1")


def test_an_unticked_action_is_left_out(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.clock.advance(2 * PERIOD)
    live_home.swarm.beat(by="test")
    live_home.clock.advance(PERIOD + 10)
    keys = [each.key for each in live_home.swarm.rehearse().plan.actions if each.kind == "kill"]

    record = live_home.swarm.beat(by="test", skip=keys)

    assert did(record, "kill") == []
    assert live_home.alive("worker-1")


def test_an_agent_does_not_ask_for_heartbeats(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")

    with pytest.raises(Refused) as caught:
        live_home.open(live_home.actor("worker-1")).beat(by="me")
    assert caught.value.code == "hierarchy"


def test_somebody_who_saw_to_an_alert_is_not_asked_again(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.clock.advance(2 * PERIOD)
    live_home.swarm.beat(by="test")
    live_home.swarm.acknowledge(live_home.state.alerts)
    live_home.swarm.hold("worker-1", beats=9, why="seen to")

    beat(live_home)

    assert all(alert.acked_at is not None for alert in live_home.state.alerts)


def test_alerts_that_a_person_has_seen_go_after_a_day(live_home: LiveHome) -> None:
    live_home.home.ledger.commit(
        lambda state: raise_alert(state, "", AlertCause.GAP, "the machine slept", "", live_home.clock.wall()),
        purpose="say so",
    )
    live_home.swarm.acknowledge(live_home.state.alerts)
    live_home.swarm.beat(by="test")
    assert causes(live_home) == ["gap"]

    live_home.clock.advance(90_000)
    live_home.swarm.beat(by="test")
    live_home.clock.advance(PERIOD)
    live_home.swarm.beat(by="test")

    assert [alert.text for alert in live_home.state.alerts if "slept" in alert.text] == []


def test_one_process_owns_the_automatic_heartbeat_until_it_dies(live_home: LiveHome) -> None:
    code = (
        "import sys; from swarm.api import Swarm; s = Swarm.open(sys.argv[1]); print(s.own_heartbeat('other'));"
        "sys.stdout.flush(); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(live_home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        assert not live_home.swarm.own_heartbeat("me")
        owner = live_home.state.owner
        assert owner is not None
        assert owner.by == "other"
        assert live_home.swarm.beat_when_due("me") is None
    finally:
        other.kill()
        other.communicate()
    assert live_home.swarm.own_heartbeat("me")
    mine = live_home.state.owner
    assert mine is not None
    assert mine.due == owner.due
    live_home.swarm.disown_heartbeat()
    assert live_home.state.owner is None


def test_an_owner_beats_when_it_is_due_and_not_before(live_home: LiveHome) -> None:
    live_home.swarm.own_heartbeat("me")
    assert live_home.swarm.beat_when_due("me") is None
    live_home.clock.advance(PERIOD + 1)

    first = live_home.swarm.beat_when_due("me")

    assert first is not None
    assert live_home.swarm.beat_when_due("me") is None
    live_home.clock.advance(PERIOD - 30)
    assert live_home.swarm.beat_when_due("me") is None
    live_home.clock.advance(31)
    assert live_home.swarm.beat_when_due("me") is not None


def test_a_beat_by_hand_puts_the_automatic_one_off(live_home: LiveHome) -> None:
    live_home.swarm.own_heartbeat("me")
    live_home.clock.advance(PERIOD - 60)
    live_home.swarm.beat(by="hand")
    live_home.clock.advance(120)

    assert live_home.swarm.beat_when_due("me") is None


def test_missed_heartbeats_become_one(live_home: LiveHome) -> None:
    live_home.swarm.own_heartbeat("me")
    live_home.clock.advance(8 * PERIOD)

    assert live_home.swarm.beat_when_due("me") is not None
    assert live_home.swarm.beat_when_due("me") is None
    assert live_home.state.heartbeat_n == 1


def test_the_first_heartbeat_after_a_scheduler_was_down_kills_nobody(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.swarm.beat(by="test")
    live_home.clock.advance(8 * PERIOD)

    late, next_one = live_home.swarm.beat(by="test"), beat(live_home)

    assert did(late, "kill") == []
    assert did(late, "investigate") == ["genesis-01/worker-1"]
    assert "no heartbeat for" in late.gap
    assert did(next_one, "kill") == ["genesis-01/worker-1"]


def test_every_agent_is_observed_by_every_heartbeat(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.agent("worker-1").progress.write_text("2026-01-01 10:00 - at work\n")

    live_home.swarm.beat(by="test")

    observed = live_home.record("worker-1").observed
    assert observed.progress is not None
    assert observed.seen > 0
    view = live_home.open().snapshot().agent("genesis-01/worker-1")
    assert view is not None
    assert view.observed.changed == observed.changed
    assert view.liveness is Liveness.ALIVE


def test_no_agent_of_a_dead_swarm_is_left(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.end_everything()
    wait_for(lambda: not live_home.alive("worker-1"), "it to go")
    assert os.path.isdir(live_home.root)

    assert did(live_home.swarm.beat(by="test"), "free") == ["genesis-01/worker-1"]
    assert live_home.record("worker-1").ending is Ending.LOST


def test_an_owner_records_an_end_between_two_heartbeats(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "false")
    live_home.swarm.own_heartbeat("me")
    live_home.wait_until_ended("worker-1")

    def looked() -> bool:
        live_home.swarm.snapshot()
        assert live_home.swarm.beat_when_due("me") is None
        return live_home.record("worker-1").phase is Phase.ENDED

    wait_for(looked, "the owner to see the end")
    assert live_home.record("worker-1").ending is Ending.FAILED


@pytest.mark.parametrize("step", [-86_400.0, -3600.0, 1e9])
def test_a_step_of_the_clock_kills_nobody_and_stops_no_heartbeat(live_home: LiveHome, step: float) -> None:
    live_home.spawn("worker-1")
    live_home.swarm.own_heartbeat("me")
    live_home.swarm.beat(by="test")
    live_home.clock.stepped_by = step
    live_home.clock.advance(PERIOD + 1)

    record = live_home.swarm.beat_when_due("me")

    assert record is not None
    assert record.gap
    verdict = live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"]
    assert verdict.state is Health.LATE
    assert verdict.age is not None
    assert PERIOD <= verdict.age < PERIOD + 120
    owner = live_home.state.owner
    assert owner is not None
    assert owner.next_at is not None
    assert abs(owner.next_at - (live_home.clock.wall() + PERIOD)) < 60
    seqs = [event.seq for event in live_home.swarm.events()]
    assert seqs == sorted(seqs)
