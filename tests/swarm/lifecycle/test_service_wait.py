"""An end that a program ascribes to its service: the agent waits, keeps its slot, and is taken up again by itself."""

import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from swarm.errors import Refused
from swarm.heartbeat import monitor
from swarm.heartbeat.root_launch import session_for
from swarm.ledger.state import State, with_record
from swarm.ledger.transitions import Spawning, move
from swarm.lifecycle.recovery import resolve_intents
from swarm.lifecycle.take_up import take_up_due
from swarm.model.agent import Identity
from swarm.model.beat import Beat
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.service import Trouble, Waiting
from swarm.model.values import replace
from swarm.protocol.agent_files import read_spec
from swarm.verbs.doctor import strays
from tests.support.cli import swarm_tui
from tests.support.homes import PERIOD, LiveHome
from tests.support.refused import SAID, SESSION, Service, starts
from tests.support.wait import wait_for
from tests.swarm.test_proofs import die_at, operations, points

HOUR = 3600.0


@pytest.fixture
def service(live_home: LiveHome, tmp_path: Path) -> Service:
    return Service(live_home, tmp_path)


def start(home: LiveHome, name: str = "worker-1", **more: object) -> None:
    home.spawn(name, program="refused", command=(), **more)


def ended(home: LiveHome, *names: str) -> None:
    """Their programs have ended, and the ledger knows."""
    for name in names:
        wait_for(home.agent(name).exit.exists, f"exit.json of {name}")
    home.swarm.settle()


def waiting(home: LiveHome, name: str = "worker-1") -> Waiting:
    record = home.record(name)
    assert record.phase is Phase.WAITING, record
    assert record.waiting is not None
    return record.waiting


def beat(home: LiveHome, after: float = 0.0) -> Beat:
    home.clock.advance(after)
    return home.swarm.beat(by="test", force=True)


def test_an_agent_whose_program_ends_for_its_service_waits_and_keeps_its_slot(
    live_home: LiveHome, service: Service
) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")

    found = waiting(live_home)

    assert (found.trouble, found.why, found.tries) == (Trouble.OVERLOADED, SAID["server_error"], 0)
    assert live_home.swarm.snapshot().slots.committed == 1
    assert live_home.state.alerts == ()
    assert live_home.state.crashes == {}
    assert not live_home.agent("worker-1").ended.exists()
    assert live_home.lines("wait") == [("wait", "genesis-01/worker-1", True, "")]
    verdict = live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"]
    assert verdict.state is Health.WAITING
    assert "529 Overloaded" in verdict.why
    assert "the next try is at" in verdict.why


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


def test_it_is_taken_up_by_itself_with_growing_pauses_until_the_service_answers(
    live_home: LiveHome, service: Service
) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    pauses = []
    for tries in range(4):
        found = waiting(live_home)
        assert found.tries == tries
        assert found.next_try is not None
        pause = found.next_try - found.began
        pauses.append(round(pause))
        assert take_up_due(live_home.home, live_home.swarm.snapshot()) == (), "not before its time"
        live_home.clock.advance(pause + 1)
        assert take_up_due(live_home.home, live_home.swarm.snapshot()) == ("genesis-01/worker-1",)
        ended(live_home, "worker-1")
    assert pauses == [60, 120, 240, 480]

    service.up()
    live_home.clock.advance(PERIOD + 1)
    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == ("genesis-01/worker-1",)
    ended(live_home, "worker-1")

    record = live_home.record("worker-1")
    assert (record.ending, record.waiting) == (Ending.DONE, None)
    assert len(starts(live_home, "worker-1")) == 6
    assert len({each.spawn_id for each in live_home.state.agents.values()}) == 1


def test_a_trouble_after_work_is_a_new_one_and_its_pauses_begin_anew(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    live_home.clock.advance(61)
    service.fails_after_work()
    take_up_due(live_home.home, live_home.swarm.snapshot())
    ended(live_home, "worker-1")

    found = waiting(live_home)

    assert (found.tries, found.worked) == (0, True)
    assert found.next_try == pytest.approx(found.began + 60)


@pytest.mark.parametrize("asleep", [False, True])
def test_a_limit_that_names_its_end_five_hours_away_is_waited_for(
    live_home: LiveHome, service: Service, asleep: bool
) -> None:
    resets = live_home.clock.wall() + 5 * HOUR
    service.down("rate_limit", 429, resets)
    start(live_home)
    ended(live_home, "worker-1")
    assert waiting(live_home).named
    service.up()
    if asleep:
        live_home.clock.suspend(5 * HOUR + 20)
    else:
        for _ in range(19):  # heartbeats go on all the time, and nothing is tried
            made = beat(live_home, PERIOD)
            assert not made.passed
            assert waiting(live_home).tries == 0
        live_home.clock.advance(PERIOD + 20)
    assert len(starts(live_home, "worker-1")) == 1

    made = beat(live_home)
    ended(live_home, "worker-1")

    assert ("take-up", "genesis-01/worker-1") in [(each.action, each.agent) for each in made.actions]
    assert live_home.record("worker-1").ending is Ending.DONE
    assert len(starts(live_home, "worker-1")) == 2
    assert beat(live_home, PERIOD).passed
    assert AlertCause.SERVICE not in [alert.cause for alert in live_home.state.alerts]


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


def test_a_person_may_kill_it_or_spawn_it_again(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home, "worker-1")
    start(live_home, "worker-2")
    ended(live_home, "worker-1", "worker-2")

    live_home.swarm.kill(["worker-1"], reason="not needed")
    service.up()
    live_home.swarm.respawn("worker-2")

    killed = live_home.record("worker-1")
    assert (killed.ending, killed.why, killed.unverified) == (Ending.KILLED, "not needed", "")
    ended(live_home, "worker-2")
    assert live_home.record("worker-2").ending is Ending.DONE
    assert live_home.swarm.snapshot().slots.committed == 0


def test_while_it_is_paused_it_is_not_taken_up_and_resumed_it_is_tried_at_once(
    live_home: LiveHome, service: Service
) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    live_home.swarm.pause("worker-1")
    live_home.clock.advance(HOUR)
    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == ()

    service.up()
    live_home.swarm.resume("worker-1")
    ended(live_home, "worker-1")

    assert live_home.record("worker-1").ending is Ending.DONE


def test_many_that_take_it_up_at_once_start_it_once(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    live_home.clock.advance(61)
    together = threading.Barrier(4)
    taken: list[str] = []

    def take() -> None:
        swarm = live_home.open()
        together.wait()
        taken.extend(take_up_due(swarm.home, swarm.snapshot()))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    ended(live_home, "worker-1")

    assert taken == ["genesis-01/worker-1"]
    assert len(starts(live_home, "worker-1")) == 2


def test_a_taking_up_that_was_cut_short_waits_on(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    record = live_home.record("worker-1")
    nobody = Identity("boot-0", 1, 2, 3, "")
    live_home.home.ledger.update(record.ref, lambda found, _: move(found, Spawning(nobody)), purpose="die here")

    resolve_intents(live_home.home)
    live_home.swarm.settle()

    assert waiting(live_home).tries == 1
    assert live_home.agent("worker-1").exit.exists()


def test_one_that_cannot_be_started_waits_on_and_says_so(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    live_home.agent("worker-1").spec.unlink()
    live_home.clock.advance(61)

    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == ()

    assert waiting(live_home).tries == 1
    assert "could not be started" in waiting(live_home).why
    assert take_up_due(live_home.home, live_home.swarm.snapshot()) == (), "its next try comes later"


def test_what_it_waited_does_not_age_it(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")
    live_home.clock.advance(HOUR)
    before = live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"]
    take_up_due(live_home.home, live_home.swarm.snapshot())
    ended(live_home, "worker-1")
    after = live_home.swarm.verdicts(live_home.swarm.snapshot())["genesis-01/worker-1"]

    assert before.age is not None
    assert before.age < 60
    assert after.age is not None
    assert after.age < 60


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


def test_a_message_to_it_waits_and_a_terminal_is_refused_with_what_to_do(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")

    told = live_home.swarm.message("worker-1", "Only shops that ship.")

    assert (told.sent, told.waits) == (False, "it waits for its service")
    assert "resume tries it again" in live_home.swarm.why_not_attach("genesis-01/worker-1")
    assert live_home.swarm.snapshot().agent("genesis-01/worker-1").problems == ()  # type: ignore[union-attr]  # it is there


def test_the_operator_sees_why_and_until_when_and_tries_again_from_a_shell(
    live_home: LiveHome, service: Service
) -> None:
    service.down("rate_limit", 429, live_home.clock.wall() + HOUR)
    start(live_home)
    ended(live_home, "worker-1")

    assert "session limit" in swarm_tui("status", home=live_home.root).out
    (row,) = [
        each
        for each in swarm_tui("status", "--json", home=live_home.root).document["agents"]
        if each["name"] == "worker-1"
    ]
    assert (row["state"], row["waiting"]["trouble"], row["waiting"]["tries"]) == ("waiting", "limit", 0)
    assert row["waiting"]["next_try"]
    service.up()
    assert swarm_tui("resume", "worker-1", home=live_home.root).status == 0
    ended(live_home, "worker-1")
    assert live_home.record("worker-1").ending is Ending.DONE


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_whoever_takes_it_up_and_dies_at_any_operation_leaves_it_started_once(
    live_home: LiveHome, service: Service
) -> None:
    service.down()
    names = [f"worker-{number:02d}" for number in range(10)]
    for name in names:
        start(live_home, name)
    ended(live_home, *names)
    service.up()
    count = operations(live_home, "resume", names[0])
    ended(live_home, names[0])

    for name, at in zip(names[1:], points(count, len(names) - 1), strict=True):
        die_at(live_home, "resume", name, at)
        swarm = live_home.open()
        resolve_intents(swarm.home)
        swarm.settle()
        if live_home.record(name).phase is Phase.WAITING:
            swarm.resume(name)
        ended(live_home, name)
        assert live_home.record(name).ending is Ending.DONE, (name, at, live_home.record(name))
        assert len(starts(live_home, name)) == 2, (name, at)
    assert strays(live_home.home, live_home.state) == []


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
