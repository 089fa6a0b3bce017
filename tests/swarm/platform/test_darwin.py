"""The port to macOS, tried without a Mac: on recorded answers of psutil, and on real processes of this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import psutil
import pytest

from swarm import platform
from swarm.platform import darwin, linux
from tests.support.wait import wait_for

START_US = 1_763_980_000_123_457
"""Microseconds since 1970, as an older version wrote them into a ledger."""


class Recorded:
    """What psutil says of one process of a Mac: one of its own user, that sleeps."""

    pid = 4242
    words = psutil.STATUS_SLEEPING
    started = START_US // 1_000_000 + (START_US % 1_000_000) / 1e6  # as psutil's C code adds them up
    gone = False

    def __init__(self, pid: int) -> None:
        if self.gone or pid != self.pid:
            raise psutil.NoSuchProcess(pid)

    def oneshot(self) -> AbstractContextManager[None]:
        return nullcontext()

    def status(self) -> str:
        return self.words

    def ppid(self) -> int:
        return 7

    def create_time(self) -> float:
        return self.started

    def cmdline(self) -> list[str]:
        raise psutil.AccessDenied(self.pid)

    def environ(self) -> dict[str, str]:
        raise psutil.ZombieProcess(self.pid)

    def children(self) -> list["Recorded"]:
        raise psutil.NoSuchProcess(self.pid)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> type[Recorded]:
    class OfThisTest(Recorded):
        pass

    monkeypatch.setattr(psutil, "Process", OfThisTest)
    monkeypatch.setattr(os, "getpgid", lambda pid: 40)
    monkeypatch.setattr(os, "getsid", lambda pid: 41)
    return OfThisTest


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "SWARM_SPAWN": "of this test"},
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_both_ports_answer_the_same_questions() -> None:
    for name in platform.__all__:
        assert hasattr(darwin, name), name
        assert hasattr(linux, name), name


@pytest.mark.usefixtures("recorded")
def test_a_sleeping_process_in_common_words() -> None:
    stat = darwin.stat(4242)
    assert stat is not None
    assert (stat.pid, stat.ppid, stat.group, stat.session, stat.state, stat.dead) == (4242, 7, 40, 41, "S", False)


@pytest.mark.parametrize("microseconds", [0, 1, 123_456, 249_999, 999_999])
def test_a_start_is_told_to_the_microsecond_as_ledgers_of_older_versions_have_it(
    recorded: type[Recorded], microseconds: int
) -> None:
    for second in (1_700_000_000, 1_763_980_123, 4_102_444_800):
        recorded.started = second + microseconds / 1e6
        stat = darwin.stat(4242)
        assert stat is not None
        assert stat.ticks == second * 1_000_000 + microseconds


@pytest.mark.parametrize("moved", [-7200.0, -1.0, 0.4, 1.0, 3600.0])
def test_a_clock_that_is_set_moves_no_start(
    recorded: type[Recorded], monkeypatch: pytest.MonkeyPatch, moved: float
) -> None:
    monkeypatch.setattr(psutil, "boot_time", lambda: darwin._BOOTED - moved)
    recorded.started += abs(moved) if abs(moved) >= 1 else 0.0  # what psutil makes of it then
    stat = darwin.stat(4242)
    assert stat is not None
    assert stat.ticks == START_US


@pytest.mark.parametrize(
    ("words", "letter", "dead"),
    [
        (psutil.STATUS_RUNNING, "R", False),
        (psutil.STATUS_STOPPED, "T", False),
        (psutil.STATUS_ZOMBIE, "Z", True),
        (psutil.STATUS_IDLE, "I", False),
        ("a word of a later psutil", "S", False),
    ],
)
def test_the_state_is_one_letter_and_only_a_zombie_is_dead(
    recorded: type[Recorded], words: str, letter: str, dead: bool
) -> None:
    recorded.words = words
    stat = darwin.stat(4242)
    assert stat is not None
    assert (stat.state, stat.dead) == (letter, dead)


def test_a_zombie_of_which_no_group_can_be_told_is_still_seen(
    recorded: type[Recorded], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int) -> int:
        raise ProcessLookupError(3, "No such process")

    recorded.words = psutil.STATUS_ZOMBIE
    monkeypatch.setattr(os, "getpgid", refuse)
    monkeypatch.setattr(os, "getsid", refuse)
    stat = darwin.stat(4242)
    assert stat is not None
    assert (stat.dead, stat.group, stat.session) == (True, 0, 0)


def test_who_is_gone_or_tells_nothing_is_no_error(recorded: type[Recorded]) -> None:
    assert darwin.environ(4242) is None
    assert darwin.command(4242) == ""
    assert darwin.children(4242) == []
    recorded.gone = True
    assert (darwin.stat(4242), darwin.parent(4242), darwin.state(4242)) == (None, None, None)
    assert darwin.stat(0) is None
    assert darwin.wait_gone(4242, START_US, 0.0)
    assert not darwin.signal(4242, START_US, signal.SIGTERM)


def test_a_real_process_is_described_as_the_other_port_does(child: "subprocess.Popen[bytes]") -> None:
    here, there = linux.stat(child.pid), darwin.stat(child.pid)
    assert here is not None
    assert there is not None
    assert there._replace(ticks=0) == here._replace(ticks=0, name="")
    assert child.pid in darwin.children(os.getpid())
    assert darwin.command(child.pid) == linux.command(child.pid)
    assert darwin.words(child.pid) == linux.words(child.pid)
    assert darwin.environ(child.pid) == linux.environ(child.pid)
    assert darwin.parent(child.pid) == os.getpid()
    assert {child.pid, os.getpid()} <= set(darwin.pids())


def test_a_signal_reaches_only_the_process_that_started_then(child: "subprocess.Popen[bytes]") -> None:
    stat = darwin.stat(child.pid)
    assert stat is not None
    assert not darwin.signal(child.pid, stat.ticks + 1, signal.SIGKILL)
    assert not darwin.wait_gone(child.pid, stat.ticks, 0.0)
    assert darwin.signal(child.pid, stat.ticks, signal.SIGSTOP)
    wait_for(lambda: darwin.state(child.pid) == "T", "it to stop")
    assert darwin.signal(child.pid, stat.ticks, signal.SIGKILL)
    assert darwin.wait_gone(child.pid, stat.ticks, 10.0)


def test_where_the_system_tells_no_boot_session_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object, **more: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    darwin.boot_id.cache_clear()
    monkeypatch.setattr(subprocess, "run", refuse)
    assert darwin.boot_id() == ""
    darwin.boot_id.cache_clear()


def test_macos_names_no_writers_because_it_cannot_tell_them_from_readers() -> None:
    assert darwin.writers([__file__]) == []
