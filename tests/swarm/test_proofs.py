"""What the engine promises when much happens at once and much goes wrong: each proved with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO

import pytest

from swarm.ledger.audit_log import Event
from swarm.ledger.state import with_record
from swarm.model.agent import Liveness
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Phase, Record
from swarm.model.values import replace
from swarm.processes.identity import identify, look
from swarm.processes.local_runner import LocalRunner
from swarm.processes.runner import StopReport
from swarm.protocol.paths import AgentDir
from swarm.store.locks import FileLock
from swarm.verbs.doctor import strays
from tests.support import crash, doers
from tests.support.agents import ESCAPEES, bystanders, lives, noted
from tests.support.homes import PERIOD, LiveHome, stop_pids
from tests.support.wait import wait_for

REPOSITORY = Path(__file__).parents[2]
DOERS = (sys.executable, "-m", doers.__name__)
ENDS = ("kill", "collect", "end")


def doer(*words: str, stdin: "int | IO[bytes] | None" = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
    """A process of doers.py."""
    return subprocess.Popen([*DOERS, *words], cwd=REPOSITORY, stdin=stdin, stdout=subprocess.PIPE)


@contextmanager
def doing(*deeds: "subprocess.Popen[bytes]") -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Deeds under way; what is left of them at the end is killed."""
    try:
        yield list(deeds)
    finally:
        for deed in deeds:
            deed.kill()
        for deed in deeds:
            deed.communicate()


def spawns_at_once(home: LiveHome, names: list[str]) -> list[str]:
    """All of these spawned in one instant, each by a process of its own; what each of them was told."""
    go, say_go = crash.pipe()
    started: list[BaseProcess] = []
    heard: list[Connection] = []
    try:
        for name in names:
            hears, says = crash.pipe()
            started.append(crash.start(doers.spawn, str(home.root), name, dict(os.environ), go, says))
            heard.append(hears)
            says.close()
        assert [hears.recv() for hears in heard] == ["ready"] * len(names)
        say_go.close()
        return [str(hears.recv()) for hears in heard]
    finally:
        for process in started:
            process.kill()
            process.join()
        for end in (go, say_go, *heard):
            end.close()


def held_at_every_line(events: list[Event]) -> Iterator[set[str]]:
    """Who holds a slot after every line of the audit log."""
    held: set[str] = set()
    for event in events:
        if event.verb == "spawn" and event.ok:
            held.add(event.spawn_id)
        elif event.verb in ENDS and not event.more.get("unverified"):
            held.discard(event.spawn_id)
        yield set(held)


def running(home: LiveHome) -> list[str]:
    return sorted(record.id for record in home.state.agents.values() if record.phase is Phase.RUNNING)


@pytest.mark.slow
def test_of_18_spawns_at_once_into_12_slots_exactly_10_run(live_home: LiveHome) -> None:
    said = spawns_at_once(live_home, [f"worker-{number}" for number in range(18)])

    assert sorted(said) == ["no-slot"] * 8 + ["ok"] * 10
    assert len(running(live_home)) == 10
    assert all(live_home.alive(agent) for agent in running(live_home))
    assert max(len(held) for held in held_at_every_line(live_home.swarm.events(5000))) == 10
    assert len(live_home.lines("spawn")) == 18
    directories = {name for name in os.listdir(live_home.layout.agents / "genesis-01") if name.startswith("worker")}
    assert {f"genesis-01/{name}" for name in directories} == set(running(live_home))
    live_home.spawn("urgent", use_reserve=True)


def test_of_one_id_spawned_by_many_at_once_one_runs(live_home: LiveHome) -> None:
    said = spawns_at_once(live_home, ["worker-1"] * 6)

    assert sorted(said) == ["exists"] * 5 + ["ok"]
    assert running(live_home) == ["genesis-01/worker-1"]
    assert len(strays(live_home.home, replace(live_home.state, agents={}))) == 2  # its keeper and its program


@pytest.mark.slow
def test_three_levels_that_spawn_at_once_never_exceed_their_budget(live_home: LiveHome) -> None:
    words = [*DOERS, "family", str(live_home.root), "3", "6"]  # six seconds of it
    live_home.spawn("idea-a", *words, slots=4, env={"PYTHONPATH": str(REPOSITORY)})
    idea = live_home.record("idea-a")

    live_home.wait_until_ended("idea-a")
    wait_for(
        lambda: live_home.swarm.settle() is not None and not [each for each in running(live_home) if "idea-a" in each],
        "all of the family to end",
        60.0,
    )

    events = live_home.swarm.events(5000)
    assert max(len(held) for held in held_at_every_line(events)) <= 4
    started = [event for event in events if event.verb == "spawn" and event.ok]
    assert {event.agent.count("/") for event in started} == {1, 2, 3, 4}
    assert {event.code for event in events if event.verb == "spawn" and not event.ok} >= {"budget"}
    assert idea.slots == 4


@pytest.mark.slow
def test_nothing_is_left_of_a_tree_whose_members_run_away(live_home: LiveHome, tmp_path: Path) -> None:
    kinds = ["ignores_term", "stopped", "daemon", "session", "emptied", "pair"]
    live_home.spawn("idea-a", role="idea-meta", slots=len(kinds) + 1)
    files = [tmp_path / f"{kind}.pids" for kind in kinds]
    for kind, pids in zip(kinds, files, strict=True):
        name = kind.replace("_", "-")
        live_home.spawn(name, sys.executable, "-S", "-E", str(ESCAPEES), kind, str(pids), parent="idea-a")
    for kind, pids in zip(kinds, files, strict=True):
        wait_for(lambda pids=pids: pids.exists() and "ready" in pids.read_text(), f"{kind} to run away")  # type: ignore[misc]

    with bystanders(20) as standing:
        try:
            report = live_home.swarm.kill(["idea-a"], grace=0.3)
            assert all(each.poll() is None for each in standing)
        finally:
            for pids in files:
                pids.with_name(pids.name + ".end").touch()

    assert [pair for pids in files for pair in noted(pids) if lives(*pair)] == []
    assert report.gone
    found = {ended.agent.rpartition("/")[2]: ended.found for ended in report.agents}
    assert all(found[kind.replace("_", "-")] for kind in kinds)
    told = {event.agent: event.more["found"] for event in live_home.swarm.events(5000) if event.verb == "kill"}
    assert told["genesis-01/idea-a/daemon"]
    assert live_home.swarm.snapshot().slots.committed == 0


def test_an_agent_whose_keeper_was_killed_first_is_swept_and_not_called_gone(
    live_home: LiveHome, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    live_home.spawn("worker-1", sys.executable, "-S", "-E", str(ESCAPEES), "session", str(pids))
    wait_for(lambda: pids.exists() and "ready" in pids.read_text(), "it to run away")
    keeper = live_home.record("worker-1").keeper
    assert keeper is not None
    stop_pids([keeper.pid])
    wait_for(lambda: look(keeper) is not Liveness.ALIVE, "the keeper to go")

    report = live_home.swarm.kill(["worker-1"], grace=0.3)

    pids.with_name("pids.end").touch()
    assert [pair for pair in noted(pids) if lives(*pair)] == []
    assert not report.gone
    assert "cannot be excluded" in report.agents[0].unverified
    assert live_home.record("worker-1").holds_slot


def test_an_agent_outlives_whoever_started_it_and_is_found_again(live_home: LiveHome) -> None:
    command = ("sh", "-c", "while [ ! -e end ]; do sleep 0.05; done; exit 5")
    code = (
        "import sys, time; from tests.support.doers import *\n"
        f"swarm_at(sys.argv[1]).spawn(request('worker-1', *{command!r}))\n"
        "print('started', flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(live_home.root)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with doing(starter):
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        os.killpg(starter.pid, signal.SIGKILL)
        starter.wait()
    live_home.clock.advance(1000)

    swarm = live_home.open()
    verdict = swarm.verdicts(swarm.snapshot())["genesis-01/worker-1"]
    assert live_home.alive("worker-1")
    assert verdict.state is Health.LATE
    assert verdict.age is not None
    assert 1000 <= verdict.age < 1100
    (live_home.agent("worker-1").path / "end").touch()
    live_home.wait_until_ended("worker-1")
    swarm.settle()
    assert live_home.record("worker-1").exit_code == 5


def test_the_lock_is_free_at_once_after_a_spawn(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")

    with FileLock(live_home.layout.lock, 0.5, "look"):
        pass
    assert live_home.alive("worker-1")


@pytest.mark.slow
def test_of_two_heartbeats_in_one_instant_one_runs_fifty_times(live_home: LiveHome) -> None:
    live_home.spawn("stuck")
    both = [doer("beats", str(live_home.root), stdin=subprocess.PIPE) for _ in range(2)]
    said: list[tuple[str, ...]] = []
    with doing(*both) as deeds:
        for number in range(1, 51):
            start = time.monotonic() + 0.01
            for deed in deeds:
                assert deed.stdin is not None
                deed.stdin.write(f"{number} {start}\n".encode())
                deed.stdin.flush()
            said.append(tuple(deed.stdout.readline().decode().strip() for deed in deeds if deed.stdout is not None))

    assert {max(pair) for pair in said} == {"ok"}
    assert {min(pair) for pair in said} <= {"half-period", "heartbeat-running"}
    assert live_home.state.heartbeat_n == 50
    assert live_home.lines("kill") == [("kill", "genesis-01/stuck", True, "")]
    assert len(live_home.lines("investigate")) == 1


def test_results_that_appear_between_the_decision_and_the_signal_mean_done(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("bystander")
    live_home.swarm.hold("bystander", beats=9, why="stays")
    live_home.clock.advance(2 * PERIOD)
    live_home.swarm.beat(by="test")
    live_home.clock.advance(PERIOD + 1)
    stop = LocalRunner.stop

    def at_the_last_moment(self: LocalRunner, record: Record, agent: AgentDir, grace: float) -> StopReport:
        live_home.write_results("worker-1")
        return stop(self, record, agent, grace)

    monkeypatch.setattr(LocalRunner, "stop", at_the_last_moment)
    beat = live_home.swarm.beat(by="test")

    assert live_home.record("worker-1").ending is Ending.DONE
    assert [each.action for each in beat.actions if each.agent == "genesis-01/worker-1"] == ["collect"]
    assert beat.passed
    assert live_home.alive("bystander")
    assert "killed" not in [alert.cause for alert in live_home.state.alerts]


@pytest.mark.parametrize("how", ["suspended", "paused machine"])
def test_nobody_is_killed_for_eight_hours_of_sleep(live_home: LiveHome, how: str) -> None:
    live_home.rules(slots=14)
    swarm = live_home.swarm = live_home.open()
    names = [f"worker-{number}" for number in range(11)]
    for name in ("stuck", *names):
        swarm.spawn(live_home.request(name))

    def everybody_works(round_: int) -> None:
        for name in names:
            with live_home.agent(name).progress.open("a") as file:
                file.write(f"step {round_}\n")

    everybody_works(0)
    swarm.beat(by="test")
    live_home.clock.advance(60)
    if how == "suspended":
        live_home.clock.suspend(8 * 3600)
    else:
        live_home.clock.stepped_by = 8 * 3600

    first = swarm.beat(by="test", force=True)
    assert first.gap
    assert live_home.lines("kill") == []
    assert [alert.cause for alert in live_home.state.alerts].count(AlertCause.GAP) == 1
    for round_ in range(1, 5):
        live_home.clock.advance(PERIOD - 60)
        everybody_works(round_)
        swarm.snapshot()
        live_home.clock.advance(60)
        swarm.beat(by="test")

    assert live_home.lines("kill") == [("kill", "genesis-01/stuck", True, "")]
    assert sorted(running(live_home)) == sorted(f"genesis-01/{name}" for name in names)


def test_a_recycled_pid_is_lost_and_never_signalled(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    record = live_home.record("worker-1")
    live_home.end_everything()
    with bystanders(1) as standing:
        theirs = identify(standing[0].pid)
        assert theirs is not None
        assert record.process is not None
        recycled = replace(record.process, pid=theirs.pid)
        forged = replace(record, process=recycled, keeper=recycled)
        live_home.home.ledger.commit(lambda state: with_record(state, forged), purpose="recycle a pid")

        live_home.open().beat(by="test")

        assert live_home.record("worker-1").ending is Ending.LOST
        assert "lost" in [alert.cause for alert in live_home.state.alerts]
        assert standing[0].poll() is None


def test_a_tree_that_spawns_while_it_is_killed_is_gone_children_first(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=10)
    breeding = [*DOERS, "breed", str(live_home.root)]
    live_home.spawn("sub", parent="idea-a", slots=8)
    live_home.spawn("breeder", *breeding, parent="idea-a/sub", slots=6, env={"PYTHONPATH": str(REPOSITORY)})
    wait_for(lambda: len(running(live_home)) > 5, "it to spawn", 60.0)

    report = live_home.swarm.kill(["idea-a"], grace=0.5)

    assert report.gone
    assert running(live_home) == []
    assert strays(live_home.home, live_home.state) == []
    killed = [event.agent for event in live_home.swarm.events(5000) if event.verb == "kill"]
    assert killed[-1] == "genesis-01/idea-a"
    assert killed[-2] == "genesis-01/idea-a/sub"
    late = [event for event in live_home.swarm.events(5000) if event.verb == "spawn" and event.ok]
    assert {event.spawn_id for event in late} <= {
        event.spawn_id for event in live_home.swarm.events(5000) if event.verb in ENDS
    }


def operations(home: LiveHome, deed: str, name: str) -> int:
    """How many operations on the disk a deed takes."""
    count = die_at(home, deed, name, 0)
    assert count is not None
    return count


def die_at(home: LiveHome, deed: str, name: str, at: int) -> int | None:
    """A process that does the deed dies at its operation number `at`; returns how many there were, where it lives."""
    hears, says = crash.pipe()
    process = crash.start(doers.die, str(home.root), deed, name, at, dict(os.environ), says)
    says.close()
    with hears:
        try:
            process.join(60)
            assert process.exitcode in (-signal.SIGKILL, 0)
            return int(hears.recv()) if process.exitcode == 0 else None
        finally:
            process.kill()
            process.join()


def points(count: int, wanted: int) -> list[int]:
    """`wanted` of the operations 1 to `count`, evenly."""
    return sorted({1 + round(number * (count - 1) / (wanted - 1)) for number in range(wanted)})
