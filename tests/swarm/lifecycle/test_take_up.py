"""Who takes up an agent that waits for its service, by key, verb or look: it is started once, whatever happens."""

import sys
import threading
from pathlib import Path

import pytest

from swarm.ledger.transitions import Spawning, move
from swarm.lifecycle.recovery import resolve_intents
from swarm.lifecycle.take_up import take_up_due
from swarm.model.agent import Identity
from swarm.model.record import Ending, Phase
from swarm.verbs.doctor import strays
from tests.support.cli import swarm_tui
from tests.support.homes import LiveHome
from tests.support.refused import Service, ended, start, starts, waiting
from tests.swarm.test_proofs import die_at, operations, points

HOUR = 3600.0


@pytest.fixture
def service(live_home: LiveHome, tmp_path: Path) -> Service:
    return Service(live_home, tmp_path)


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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_whoever_takes_it_up_and_dies_at_any_operation_leaves_it_started_once(
    live_home: LiveHome, service: Service
) -> None:
    service.down()
    names = [f"worker-{number:02d}" for number in range(7)]
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
