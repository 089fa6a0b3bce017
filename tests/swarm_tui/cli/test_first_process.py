"""As process 1 of a container: nothing that falls to it stays a zombie, no exit code is lost, signals arrive."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="containers are Linux's")

# A subreaper gets orphans as process 1 does, and needs no right to make a namespace.
AS_FIRST = """
import ctypes, os, signal, subprocess, sys, time
assert ctypes.CDLL(None).prctl(36, 1) == 0
from swarm_tui.cli.first_process import stand_in
stand_in()
"""


@contextmanager
def first_process(script: str) -> Iterator["subprocess.Popen[str]"]:
    """Runs the script as the child of a first process; whatever it left is ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", AS_FIRST + textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def zombies_of(pid: int) -> list[int]:
    """The children of this process that have ended and were not asked for."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        children = [int(child) for child in file.read().split()]
    return [child for child in children if _state(child) == "Z"]


def _state(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_orphans_are_reaped_and_the_exit_codes_of_own_children_still_arrive() -> None:
    orphans = """
    codes = [subprocess.run(["sh", "-c", f"(sleep 0.0{n}; exit 9) & exit {n}"]).returncode for n in range(8)]
    print(codes, flush=True)
    sys.stdin.read()
    """
    with first_process(orphans) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "[0, 1, 2, 3, 4, 5, 6, 7]"
        wait_for(lambda: _children(process.pid) == 1, "only the child itself is left")
        assert zombies_of(process.pid) == []


def _children(pid: int) -> int:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return len(file.read().split())


def test_it_ends_with_the_exit_status_of_its_child() -> None:
    with first_process("sys.exit(7)") as process:
        assert process.wait(30) == 7


def test_a_child_that_a_signal_ends_is_reported_as_a_shell_does() -> None:
    with first_process("os.kill(os.getpid(), signal.SIGKILL)") as process:
        assert process.wait(30) == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_to_it_reaches_its_child(number: signal.Signals) -> None:
    listens = """
    def leave(number, frame):
        os._exit(100 + number)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, leave)
    print("ready", flush=True)
    while True:
        time.sleep(0.1)  # short: a signal just before a sleep does not cut it
    """
    with first_process(listens) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(30) == 100 + number
