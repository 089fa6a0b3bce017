"""An end that a program ascribes to its service: the agent waits, keeps its slot, and is taken up again by itself."""

import json
from pathlib import Path

import pytest

from swarm.lifecycle.take_up import take_up_due
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending
from swarm.model.service import Trouble
from tests.support.homes import PERIOD, LiveHome
from tests.support.refused import SAID, Service, beat, ended, start, starts, waiting

HOUR = 3600.0


@pytest.fixture
def service(live_home: LiveHome, tmp_path: Path) -> Service:
    return Service(live_home, tmp_path)


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


def test_a_message_to_it_waits_and_a_terminal_is_refused_with_what_to_do(live_home: LiveHome, service: Service) -> None:
    service.down()
    start(live_home)
    ended(live_home, "worker-1")

    told = live_home.swarm.message("worker-1", "Only shops that ship.")

    assert (told.sent, told.waits) == (False, "it waits for its service")
    assert "resume tries it again" in live_home.swarm.why_not_attach("genesis-01/worker-1")
    assert live_home.swarm.snapshot().agent("genesis-01/worker-1").problems == ()  # type: ignore[union-attr]  # it is there


def test_gemini_that_gave_up_by_itself_waits_and_its_exit_code_says_why(live_home: LiveHome, tmp_path: Path) -> None:
    gemini = tmp_path / "gemini"
    error = {"type": "unknown", "message": "[API Error: The model is overloaded.]"}
    lines = [{"type": "init", "session_id": "s1", "model": "m"}, {"type": "result", "status": "error", "error": error}]
    said = "\n".join(json.dumps(each) for each in lines)
    gemini.write_text(f"#!/bin/sh\ncat > /dev/null\ncat <<'END'\n{said}\nEND\nexit 247\n")
    gemini.chmod(0o755)
    live_home.rules(more=f'\n[programs.gemini]\nargv = ["{gemini}"]\nmcp = false\n')
    live_home.swarm = live_home.open()
    live_home.spawn("worker-1", program="gemini", command=())
    ended(live_home, "worker-1")
    found = waiting(live_home)
    assert (found.trouble, found.why) == (Trouble.OVERLOADED, "[API Error: The model is overloaded.]")
