"""Trouble of the service for a whole swarm is one trouble: one alert, and queue, schedule, root and spawns wait."""

from functools import partial
from pathlib import Path

import pytest

from swarm.errors import Refused
from swarm.heartbeat import monitor
from swarm.heartbeat.root_launch import session_for
from swarm.ledger.state import State, with_record
from swarm.lifecycle.take_up import take_up_due
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase
from swarm.model.service import Trouble
from swarm.model.values import replace
from swarm.protocol.agent_files import read_spec
from tests.support.homes import PERIOD, LiveHome
from tests.support.refused import SESSION, Service, beat, ended, start, starts, waiting
from tests.support.wait import wait_for

HOUR = 3600.0


@pytest.fixture
def service(live_home: LiveHome, tmp_path: Path) -> Service:
    return Service(live_home, tmp_path)


def test_spawns_are_refused_from_the_moment_at_which_the_account_is_at_its_limit(
    live_home: LiveHome, service: Service
) -> None:
    live_home.spawn("idea-a", slots=3)
    service.down("rate_limit", 429, live_home.clock.wall() + HOUR)
    start(live_home)
    ended(live_home, "worker-1")

    with pytest.raises(Refused) as refused:
        live_home.open(live_home.actor("idea-a")).spawn(live_home.request("helper"))

    assert refused.value.code == "service"
    assert "session limit" in refused.value.detail


def test_one_alert_for_all_and_queue_schedule_and_root_wait(live_home: LiveHome, tmp_path: Path) -> None:
    rules = '\n[root]\non = true\nprogram = "refused"\n'
    service = Service(live_home, tmp_path, rules)
    path = live_home.root / "swarm.toml"
    path.write_text(path.read_text().replace("max = 12", "max = 2").replace("reserve = 2", "reserve = 0"))
    path.write_text(path.read_text().replace("[schedule]", "[schedule]\nimprovement = 1"))
    live_home.swarm = live_home.open()
    service.down("rate_limit", 429, live_home.clock.wall() + 2 * HOUR)
    for name in ("worker-1", "worker-2"):
        start(live_home, name)
    start(live_home, "worker-3", queue=True)
    ended(live_home, "worker-1", "worker-2")

    made = beat(live_home)

    assert [alert.cause for alert in live_home.state.alerts] == [AlertCause.SERVICE]
    assert "session limit" in live_home.state.alerts[0].text
    assert "next try at" in live_home.state.alerts[0].text
    assert not made.passed
    assert {(each.action, each.agent) for each in made.actions if each.agent} == {
        ("skip", "genesis-01/worker-3"),
        ("skip", "genesis-01/improvement-01"),
        ("skip", "genesis-01"),
    }
    service.up()
    live_home.clock.advance(2 * HOUR + 20)
    monitor.monitor_agents(live_home.home, live_home.swarm.scanner, live_home.swarm.snapshot(), every=0.0)
    ended(live_home, "worker-1", "worker-2")
    made = beat(live_home, PERIOD)
    assert ("spawn", "genesis-01/worker-3") in [(each.action, each.agent) for each in made.actions]
    ended(live_home, "worker-3")


def test_a_turn_of_the_root_that_met_with_the_limit_is_not_repeated_before_its_end(
    live_home: LiveHome, tmp_path: Path
) -> None:
    service = Service(live_home, tmp_path, '\n[root]\non = true\nprogram = "refused"\n')
    service.down("rate_limit", 429, live_home.clock.wall() + 2 * HOUR)
    beat(live_home)
    ended(live_home, "genesis-01")
    record = live_home.record("genesis-01")
    assert (record.phase, record.ending) == (Phase.IDLE, Ending.FAILED)
    for _ in range(3):
        beat(live_home, PERIOD)
    assert len(starts(live_home, "genesis-01")) == 1
    assert [alert.cause for alert in live_home.state.alerts] == [AlertCause.SERVICE]

    service.up()
    for _ in range(6):
        beat(live_home, PERIOD)
    ended(live_home, "genesis-01")

    assert len(starts(live_home, "genesis-01")) == 2
    assert live_home.record("genesis-01").waiting is None
    beat(live_home, PERIOD)
    assert live_home.state.alerts == ()


def test_a_program_that_an_update_broke_is_waited_for(live_home: LiveHome, service: Service) -> None:
    start(live_home, "worker-0")
    ended(live_home, "worker-0")
    assert live_home.record("worker-0").ending is Ending.DONE
    service.break_program()
    start(live_home, "worker-1")
    start(live_home, "worker-2")
    ended(live_home, "worker-1", "worker-2")

    found = waiting(live_home)
    assert (found.trouble, found.worked) == (Trouble.PROGRAM, False)
    assert found.why.startswith("it ended before it said anything")
    assert found.why.endswith("Error: Cannot find module 'cli.js'")
    beat(live_home)
    assert [alert.cause for alert in live_home.state.alerts] == [AlertCause.SERVICE]

    service.up()
    beat(live_home, PERIOD)
    ended(live_home, "worker-1", "worker-2")
    assert live_home.record("worker-1").ending is Ending.DONE


def test_a_program_that_never_worked_here_has_failed(live_home: LiveHome, service: Service) -> None:
    service.break_program()
    start(live_home)
    ended(live_home, "worker-1")
    assert live_home.record("worker-1").ending is Ending.FAILED


def test_a_queue_whose_program_is_gone_waits_for_it_with_one_alert(live_home: LiveHome, tmp_path: Path) -> None:
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\nexec sleep 300\n")
    program.chmod(0o755)
    live_home.rules(slots=1, reserve=0, more=f'\n[programs.claude]\nargv = ["{program}"]\n')
    live_home.swarm = live_home.open()
    live_home.spawn("holder")
    names = [f"worker-{number}" for number in range(3)]
    for name in names:
        live_home.spawn(name, program="claude", command=(), queue=True)
    gone = program.rename(tmp_path / "claude.old")
    live_home.swarm.kill(["holder"])
    live_home.rules(slots=4, reserve=0, more=f'\n[programs.claude]\nargv = ["{program}"]\n')
    live_home.swarm = live_home.open()

    made = beat(live_home)

    assert [each.id for each in live_home.state.queue] == [live_home.id(name) for name in names]
    assert [(alert.agent, alert.cause) for alert in live_home.state.alerts] == [("", AlertCause.NOT_STARTED)]
    assert [each.action for each in made.actions if each.agent] == ["skip"] * 3
    gone.rename(program)
    made = beat(live_home, PERIOD)
    assert [each.agent for each in made.actions if each.action == "spawn"] == [live_home.id(name) for name in names]
    assert live_home.state.alerts == ()


def test_a_try_is_not_the_end_of_an_outage(live_home: LiveHome, service: Service) -> None:
    service.down()
    names = [f"worker-{number}" for number in range(3)]
    for name in names:
        start(live_home, name)
    ended(live_home, *names)
    look(live_home)
    (before,) = live_home.state.alerts
    service.hangs()
    live_home.clock.advance(61)

    look(live_home)

    assert {live_home.record(name).phase for name in names} == {Phase.RUNNING}
    look(live_home)
    (during,) = live_home.state.alerts
    assert (during.cause, during.first_at) == (AlertCause.SERVICE, before.first_at)
    assert "3 of 3 agents" in during.text
    assert not beat(live_home).passed
    live_home.swarm.kill(names)
    look(live_home)
    assert live_home.state.alerts == ()


def look(home: LiveHome) -> None:
    """What the owner of the heartbeat does every 15 seconds."""
    monitor.monitor_agents(home.home, home.swarm.scanner, home.swarm.snapshot(), every=0.0)


def test_when_one_is_answered_again_all_that_waited_longer_are_taken_up_at_once(
    live_home: LiveHome, service: Service
) -> None:
    service.down()
    names = [f"worker-{number}" for number in range(3)]
    for name in names:
        start(live_home, name)
    ended(live_home, *names)
    live_home.clock.advance(61)
    live_home.swarm.resume(names[0])  # the service is still down, so that this one waits from here on
    ended(live_home, names[0])
    for name in names[1:]:
        live_home.swarm.pause(name)
    service.works_on()
    live_home.clock.advance(121)
    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == (live_home.id(names[0]),)
    wait_for(lambda: starts(live_home, names[0])[2:], "the third start")
    live_home.home.ledger.commit(partial(postponed, names=names[1:]), purpose="far away")
    assert [waiting(live_home, name).next_try for name in names[1:]] == [1e9, 1e9]

    def answered() -> bool:
        view = live_home.swarm.snapshot().agent(live_home.id(names[0]))
        return view is not None and view.activity is not None and view.activity.answered

    wait_for(answered, "the answer")
    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == tuple(live_home.id(name) for name in names[1:])
    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == ()


def postponed(state: State, names: list[str]) -> State:
    """The state with the next tries of these far away, and none of them paused."""
    for name in names:
        record = state.agents[f"genesis-01/{name}"]
        assert record.waiting is not None
        later = replace(record.waiting, next_try=1e9, next_at=2e9)
        state = with_record(state, replace(record, waiting=later, paused=None))
    return state


def test_a_session_of_the_root_goes_on_after_trouble_of_its_service(live_home: LiveHome, tmp_path: Path) -> None:
    service = Service(live_home, tmp_path, '\n[root]\non = true\nprogram = "refused"\n')
    service.fails_after_work()
    beat(live_home)
    ended(live_home, "genesis-01")
    root = live_home.record("genesis-01")
    spec = root.ref.match(read_spec(live_home.agent("genesis-01")).value)
    assert spec is not None

    session = session_for(live_home.home, live_home.agent("genesis-01"), replace(spec, program="refused"), root)

    assert session == SESSION
    assert session_for(live_home.home, live_home.agent("genesis-01"), spec, replace(root, waiting=None)) == ""


def test_after_give_up_after_a_person_decides_and_no_heartbeat_ends_it(live_home: LiveHome, service: Service) -> None:
    service.down("authentication_failed", 401)
    start(live_home)
    ended(live_home, "worker-1")
    for _ in range(9):
        beat(live_home, PERIOD)
        ended(live_home, "worker-1")
    assert waiting(live_home).next_try is None
    tried = len(starts(live_home, "worker-1"))

    for _ in range(12):
        beat(live_home, PERIOD)

    assert len(starts(live_home, "worker-1")) == tried
    assert waiting(live_home).next_try is None
    causes = [alert.cause for alert in live_home.state.alerts]
    assert sorted(causes) == [AlertCause.GIVEN_UP, AlertCause.SERVICE]
    service.up()
    live_home.swarm.resume("worker-1")
    ended(live_home, "worker-1")
    assert live_home.record("worker-1").ending is Ending.DONE
    beat(live_home, PERIOD)
    assert live_home.state.alerts == ()
