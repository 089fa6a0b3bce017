"""Processes: who they are, who belongs to whom, and stopping all of them and nobody else."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm import platform
from swarm.model.agent import Identity, Liveness
from swarm.model.record import Record
from swarm.model.values import replace
from swarm.platform.linux import parse_environ
from swarm.processes import stop as stopping
from swarm.processes.freeze import AgentProcesses, freeze
from swarm.processes.identity import identify, look, send, untouchable
from swarm.processes.members import marked, tree
from swarm.processes.stop import stop, sweep
from swarm.processes.usage import UsageSampler
from tests.support.agents import Stage, bystanders, lives, stage
from tests.support.escapees import KINDS
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "home") as made:
        yield made


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """Somebody else's process."""
    with bystanders(1) as standing:
        yield standing[0]


def me() -> Identity:
    identity = identify(os.getpid())
    assert identity is not None
    return identity


def of(process: "subprocess.Popen[bytes]", marker: str = "") -> Identity:
    identity = identify(process.pid, marker)
    assert identity is not None
    return identity


def kill_keeper(record: Record) -> None:
    assert record.keeper is not None
    platform.signal(record.keeper.pid, record.keeper.ticks, signal.SIGKILL)
    assert platform.wait_gone(record.keeper.pid, record.keeper.ticks, 10)


# identity


def test_a_process_is_alive_by_pid_start_and_marker(home: Stage) -> None:
    record = home.start(home.agent(), "sleep", "60")
    assert record.process is not None
    assert look(record.process) is Liveness.ALIVE
    assert look(replace(record.process, marker="another spawn")) is Liveness.STRANGER
    assert look(replace(record.process, ticks=record.process.ticks - 1)) is Liveness.STRANGER


def test_everything_of_another_boot_is_dead() -> None:
    assert look(replace(me(), boot_id="another boot")) is Liveness.DEAD


def test_a_process_of_another_container_cannot_be_told() -> None:
    assert look(replace(me(), pid_ns=1)) is Liveness.ELSEWHERE


def test_a_zombie_is_dead() -> None:
    process = subprocess.Popen(["sleep", "60"])
    identity = of(process)
    process.kill()
    wait_for(lambda: platform.state(process.pid) == "Z", "the zombie")
    assert look(identity) is Liveness.DEAD
    assert identify(process.pid) is None
    assert not send(identity, signal.SIGTERM)
    process.wait()
    assert look(identity) is Liveness.DEAD


@pytest.mark.parametrize("pid", [0, -1, 1, 2**31, 2**63])
def test_a_pid_that_cannot_be_ours_is_never_signalled(pid: int) -> None:
    identity = replace(me(), pid=pid)
    assert look(identity) in (Liveness.STRANGER, Liveness.DEAD)
    assert not send(identity, signal.SIGTERM)
    assert identify(pid) is None or pid == 1


def test_we_and_all_that_we_run_under_are_never_signalled() -> None:
    parent = identify(os.getppid())
    assert parent is not None
    assert {0, 1, os.getpid(), os.getppid(), os.getsid(0), os.getpgrp()} <= untouchable()
    assert not send(me(), signal.SIGCONT)
    assert not send(parent, signal.SIGCONT)


def test_a_recycled_pid_is_never_signalled(stranger: "subprocess.Popen[bytes]") -> None:
    true = of(stranger)
    wait_for(lambda: platform.environ(stranger.pid), "its environment, which it has a moment after its start")
    for recycled in (replace(true, ticks=true.ticks - 5), replace(true, marker="gone", ticks=true.ticks)):
        assert look(recycled) is Liveness.STRANGER
        assert not send(recycled, signal.SIGKILL)
    assert not platform.signal(stranger.pid, true.ticks - 5, signal.SIGKILL)
    assert stranger.poll() is None


def test_who_it_is_goes_through_the_signal(stranger: "subprocess.Popen[bytes]") -> None:
    assert send(of(stranger), signal.SIGTERM)
    assert stranger.wait(10) == -signal.SIGTERM


def test_an_environment_that_was_written_over_is_no_environment() -> None:
    assert parse_environ(b"A=1\0B=x=y\0A=2\0") == {"A": "1", "B": "x=y"}
    assert parse_environ(b"postgres: writer\0\0\0\0") is None
    assert parse_environ(b"") is None


# discovery


def test_a_tree_is_everything_below(home: Stage) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, "bomb")
    assert record.keeper is not None
    assert record.process is not None
    wait_for(lambda: len(home.survivors(agent)) == 32, "all 31 of them")
    below = {proc.pid for proc in tree(record.keeper)}
    assert record.process.pid in below
    assert set(home.survivors(agent)) == below


def test_nobody_is_below_a_recycled_pid() -> None:
    assert tree(replace(me(), ticks=1)) == []


def test_the_marker_finds_a_process_wherever_it_went(home: Stage) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, "daemon")
    found = {proc.pid for proc in marked(record.spawn_id)}
    assert set(home.survivors(agent)) <= found
    assert marked("") == []


# stopping


@pytest.fixture(scope="module")
def crowd() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Fifty that must live."""
    with bystanders(50) as standing:
        yield standing


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_stop_ends_every_kind_of_runaway_and_nobody_else(
    home: Stage, crowd: list["subprocess.Popen[bytes]"], kind: str
) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, kind)
    report = home.runner.stop(record, agent, 0.3)
    assert home.survivors(agent) == []
    assert (report.gone, report.unverified, report.left) == (True, "", ())
    assert report.exit_code in (-signal.SIGTERM, -signal.SIGKILL)
    assert report.found, "the report says what was found"
    assert all(each.pid > 1 and each.command for each in report.found)
    assert [each.poll() for each in crowd] == [None] * len(crowd)


@pytest.mark.parametrize("kind", list(KINDS))
def test_with_its_keeper_killed_a_scan_finds_what_can_be_found_and_says_that_it_is_a_scan(
    home: Stage, crowd: list["subprocess.Popen[bytes]"], kind: str
) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, kind)
    kill_keeper(record)
    report = home.runner.stop(record, agent, 0.3)
    assert home.survivors(agent) == []
    assert report.gone
    assert "a fully detached process cannot be excluded" in report.unverified
    assert report.exit_code is None, "an exit that nobody saw is not made up"
    assert [each.poll() for each in crowd] == [None] * len(crowd)


def test_what_cannot_be_found_without_a_keeper_is_not_called_gone_for_sure(home: Stage) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, "detached")
    kill_keeper(record)
    report = home.runner.stop(record, agent, 0.3)
    assert len(home.survivors(agent)) == 1, "it is the one kind that leaves no trace"
    assert "cannot be excluded" in report.unverified


def test_a_keeper_finds_even_what_leaves_no_trace(home: Stage) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, "detached")
    report = home.runner.stop(record, agent, 0.3)
    assert home.survivors(agent) == []
    assert (report.gone, report.unverified) == (True, "")


def test_with_keeper_and_program_killed_what_carries_the_marker_or_writes_the_log_is_found(home: Stage) -> None:
    for name, kind, how in (("one", "daemon", "TERM"), ("two", "emptied", "KILL")):
        agent = home.agent(name)
        record = home.start_escapee(agent, kind)
        kill_keeper(record)
        assert record.process is not None
        platform.signal(record.process.pid, record.process.ticks, signal.SIGKILL)
        assert platform.wait_gone(record.process.pid, record.process.ticks, 10)
        report = home.runner.stop(record, agent, 0.1)
        assert home.survivors(agent) == [], kind
        assert [each.how for each in report.found] == [how]
        assert "cannot be excluded" in report.unverified


def test_who_only_reads_the_log_is_not_taken_for_the_agent(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    kill_keeper(record)
    with agent.stdout.open("rb") as log:
        reader = subprocess.Popen(["sleep", "60"], stdin=log)
        try:
            assert home.runner.stop(record, agent, 0.1).gone
            assert reader.poll() is None
        finally:
            reader.kill()
            reader.wait()


def test_a_stopped_keeper_is_woken_to_do_its_work(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert record.keeper is not None
    os.kill(record.keeper.pid, signal.SIGSTOP)
    wait_for(lambda: platform.state(record.keeper.pid if record.keeper else 0) == "T", "the keeper to stop")
    report = home.runner.stop(record, agent, 5.0)
    assert (report.gone, report.unverified, report.exit_code) == (True, "", -signal.SIGTERM)
    assert report.steps[0] == "CONT to its keeper"


def test_a_stopped_program_is_woken_so_that_it_can_obey(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "trap 'exit 3' TERM; echo up; while :; do sleep 0.02; done")
    wait_for(lambda: agent.stdout.read_text() == "up\n", "its trap")
    assert record.process is not None
    os.killpg(record.process.pid, signal.SIGSTOP)
    report = home.runner.stop(record, agent, 20.0)
    assert report.exit_code == 3, "it was asked, not killed"
    assert any(step.startswith("CONT") for step in report.steps)


def test_a_program_that_ignores_term_is_killed_after_the_grace_and_the_steps_are_told(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.02; done")
    wait_for(lambda: agent.stdout.read_text() == "up\n", "its trap")
    report = home.runner.stop(record, agent, 0.2)
    assert report.exit_code == -signal.SIGKILL
    rungs = [step.split(" after ")[0] for step in report.steps]
    assert rungs == ["ordered its keeper", "TERM", "KILL"]


def test_the_gentle_signal_comes_before_term(home: Stage) -> None:
    agent = home.agent()
    script = "trap 'echo gently; exit 0' INT; echo up; while :; do sleep 0.02; done"
    record = home.start(agent, "sh", "-c", script, gentle=signal.SIGINT)
    wait_for(lambda: agent.stdout.read_text() == "up\n", "its trap")
    report = home.runner.stop(record, agent, 20.0)
    assert (report.exit_code, agent.stdout.read_text()) == (0, "up\ngently\n")
    assert "TERM" not in " ".join(report.steps)


def test_an_agent_that_ended_already_is_not_an_error(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "exit 4")
    wait_for(agent.exit.exists, "its end")
    report = home.runner.stop(record, agent, 1.0)
    assert (report.gone, report.unverified, report.exit_code, report.found) == (True, "", 4, ())


def test_two_stops_at_once_both_say_that_it_is_gone(home: Stage) -> None:
    from concurrent.futures import ThreadPoolExecutor

    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: home.runner.stop(record, agent, 5.0), range(2)))
    assert [(report.gone, report.unverified) for report in reports] == [(True, ""), (True, "")]


def test_a_program_that_ends_between_decision_and_signal_is_not_an_error(home: Stage) -> None:
    agent = home.agent()
    for _ in range(5):
        directory = home.agent(f"a{time.monotonic_ns()}")
        record = home.start(directory, "true")
        report = home.runner.stop(record, directory, 1.0)
        assert (report.gone, report.unverified) == (True, "")
    assert not agent.exit.exists()


@pytest.mark.parametrize("which", ["parent", "ourselves", "stranger", "init", "zero", "negative"])
def test_an_edited_record_does_not_turn_a_stop_against_others(
    home: Stage, stranger: "subprocess.Popen[bytes]", which: str
) -> None:
    agent = home.agent()
    pids = {"parent": os.getppid(), "ourselves": os.getpid(), "stranger": stranger.pid}
    pid = pids.get(which, {"init": 1, "zero": 0, "negative": -1}.get(which, 0))
    for marker in ("", "a spawn id"):
        found = platform.stat(pid)
        identity = replace(me(), pid=pid, ticks=found.ticks if found is not None else 0, marker=marker)
        report = stop(identity, identity, marker, agent, grace=0.1)
        assert report.found == ()
        assert freeze([AgentProcesses(identity, identity, marker)])[0].processes == ()
    assert stranger.poll() is None
    assert platform.state(stranger.pid) == "S"


def test_a_recycled_pid_with_the_same_command_line_lives_and_is_told(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "300")
    home.runner.stop(record, agent, 5.0)
    agent.exit.unlink()
    with bystanders(1) as (impostor,):
        assert record.process is not None
        recycled = replace(record.process, pid=impostor.pid)
        wait_for(lambda: platform.command(impostor.pid) == "sleep 300", "the same command line")
        report = home.runner.stop(replace(record, process=recycled), agent, 0.1)
        assert impostor.poll() is None
        assert report.strangers == (impostor.pid,)
        assert home.runner.alive(replace(record, process=recycled)) is Liveness.STRANGER


def test_an_agent_of_another_container_is_left_alone_and_not_called_gone(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert record.keeper is not None
    assert record.process is not None
    report = stop(
        replace(record.keeper, pid_ns=1), replace(record.process, pid_ns=1), record.spawn_id, agent, grace=0.1
    )
    assert not report.gone
    assert "container" in report.unverified
    assert look(record.process) is Liveness.ALIVE


@pytest.mark.skipif(sys.platform == "darwin", reason="no limits are set for another process there")
def test_a_keeper_that_does_not_answer_is_ended_last_so_that_nobody_escapes(
    home: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "KEEPER_EXTRA_S", 1.5)
    agent = home.agent()
    record = home.start_escapee(agent, "detached")
    assert record.keeper is not None
    resource.prlimit(record.keeper.pid, resource.RLIMIT_FSIZE, (0, 0))  # it cannot report, and tries for a minute
    report = home.runner.stop(record, agent, 0.1)
    assert (report.gone, report.unverified, report.exit_code) == (True, "", None)
    assert home.survivors(agent) == []
    assert look(record.keeper) is Liveness.DEAD
    assert "its keeper does not answer" in report.steps


def test_what_may_not_be_signalled_is_left_and_told(
    stranger: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> bool:
        raise PermissionError

    monkeypatch.setattr(platform, "signal", forbidden)
    seen = platform.stat(stranger.pid)
    assert seen is not None
    swept = sweep(lambda: [seen], seconds=5.0)
    assert (swept.clean, swept.found) == (False, ())
    assert [(each.pid, each.how) for each in swept.left] == [(stranger.pid, "runs as another user: not permitted")]


def test_what_the_kernel_holds_is_left_and_told(
    stranger: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "signal", lambda *_: True)  # as if the signals waited for a disk
    seen = platform.stat(stranger.pid)
    assert seen is not None
    swept = sweep(lambda: [seen], seconds=0.2)
    assert (swept.clean, swept.found) == (False, ())
    assert [(each.pid, each.how) for each in swept.left] == [(stranger.pid, "does not end: the kernel holds it")]


# freezing


@pytest.mark.parametrize("kind", ["session", "daemon", "bomb", "pipeline", "emptied"])
def test_a_frozen_tree_stands_still_in_all_its_sessions_and_goes_on_when_thawed(home: Stage, kind: str) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, kind)
    (frozen,) = home.runner.freeze([record])
    assert frozen.complete
    states = {platform.state(pid) for pid in home.survivors(agent)}
    assert states == {"T"}
    assert record.keeper is not None
    assert platform.state(record.keeper.pid) in ("R", "S"), "its keeper goes on"
    assert home.runner.thaw([record])[0].complete
    assert "T" not in {platform.state(pid) for pid in home.survivors(agent)}


WAITS_FOR_ITS_CHILD = """
import os, sys
os.posix_spawn("/bin/sleep", ["sleep", "60"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 9, "gate", os.O_RDONLY, 0)])
os.wait()
"""


def test_a_program_that_just_starts_another_is_frozen_too(home: Stage) -> None:
    """It takes no signal until its child has become the other program: a child stopped before would hold it up."""
    agent = home.agent()
    gate = agent.path / "gate"
    os.mkfifo(gate)
    record = home.start(agent, sys.executable, "-c", WAITS_FOR_ITS_CHILD)
    assert record.process is not None
    pid = record.process.pid
    wait_for(lambda: platform.state(pid) == "D" and platform.children(pid), "it to wait for its child")

    def open_once_it_is_being_stopped() -> None:
        wait_for(lambda: int(status_of(pid)["ShdPnd"], 16) >> (signal.SIGSTOP - 1) & 1, "the freeze to begin")
        wait_for(lambda: opened(gate), "the child to read")

    opening = threading.Thread(target=open_once_it_is_being_stopped)
    opening.start()
    try:
        (frozen,) = home.runner.freeze([record])
    finally:
        opening.join()
    assert frozen.complete
    assert {platform.state(each) for each in (pid, *platform.children(pid))} == {"T"}
    assert {platform.command(each) for each in platform.children(pid)} == {"sleep 60"}
    assert home.runner.thaw([record])[0].complete


def opened(gate: Path) -> bool:
    try:
        os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_frozen_agent_can_be_stopped(home: Stage) -> None:
    agent = home.agent()
    record = home.start_escapee(agent, "session")
    home.runner.freeze([record])
    report = home.runner.stop(record, agent, 10.0)
    assert (report.gone, home.survivors(agent)) == (True, [])
    assert report.exit_code == -signal.SIGTERM


# usage


def test_usage_counts_a_whole_tree_and_the_processor_it_used_since(home: Stage) -> None:
    agent = home.agent()
    busy = home.start(agent, "sh", "-c", "(while :; do :; done) & sleep 60")
    idle = home.start(home.agent("b"), "sleep", "60")
    assert busy.process is not None
    assert busy.keeper is not None
    assert idle.process is not None
    sampler = UsageSampler()
    programs, keepers = {"a": busy.process, "b": idle.process}, {"a": busy.keeper}
    first = sampler.sample(programs, keepers)
    assert (first["a"].cpu_percent, first["a"].pid) == (0.0, busy.process.pid)
    assert first["a"].rss_bytes > 100_000
    began = platform.stat(busy.process.pid)
    assert began is not None
    wait_for(lambda: sampler.sample(programs, keepers)["a"].cpu_percent > 5, "processor time of the child")
    last = sampler.sample(programs, keepers)
    assert (last["a"].processes, last["b"].processes, last["b"].cpu_percent) == (3, 1, 0.0)


def test_only_some_of_the_agents_may_be_sampled_each_since_its_own_last_sample(home: Stage) -> None:
    busy = home.start(home.agent(), "sh", "-c", "while :; do :; done")
    idle = home.start(home.agent("b"), "sleep", "60")
    assert busy.process is not None
    assert idle.process is not None
    sampler = UsageSampler()
    programs = {"a": busy.process, "b": idle.process}
    assert sampler.sample(programs, only=["a"]).keys() == {"a"}
    assert sampler.sample(programs, only=["b"]).keys() == {"b"}
    wait_for(lambda: sampler.sample(programs, only=["a"])["a"].cpu_percent > 5, "processor time of the busy one")


def test_an_agent_of_which_nothing_lives_has_no_usage(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "true")
    wait_for(agent.exit.exists, "its end")
    assert record.process is not None
    wait_for(lambda: not lives(record.process.pid, record.process.ticks) if record.process else True, "it to be reaped")
    assert UsageSampler().sample({"a": record.process}) == {}
