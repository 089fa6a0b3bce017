"""macOS: psutil for everything that /proc gives on Linux. It has no subreaper."""

import os
import subprocess
import time
from collections.abc import Callable, Iterable
from functools import cache

import psutil

from swarm.platform.process_info import Stat

HAS_SUBREAPER = False
TELLS_OPEN_FILES = False
POLL_S = 0.005
STATES = {
    psutil.STATUS_IDLE: "I",
    psutil.STATUS_RUNNING: "R",
    psutil.STATUS_SLEEPING: "S",
    psutil.STATUS_STOPPED: "T",
    psutil.STATUS_ZOMBIE: "Z",
}
"""The words of psutil -> the letter that Linux writes."""
_BOOTED = psutil.boot_time()
"""Seconds since 1970, as the clock had it when psutil was imported."""


@cache
def boot_id() -> str:
    """The uuid of this boot session; '' where the system does not say.

    The boot time would not do: it moves when the clock is set.
    """
    try:
        said = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout.decode("ascii", "replace").strip()


def pid_namespace() -> int:
    """macOS has one."""
    return 0


def pids() -> list[int]:
    """Every process."""
    return psutil.pids()


def stat(pid: int) -> Stat | None:
    """What the kernel says of a process, or None where there is none."""
    if pid <= 0:
        return None
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            state = STATES.get(process.status(), "S")
            ppid, ticks = process.ppid(), _ticks(process)
    except psutil.Error:
        return None
    return Stat(pid, ppid, _of_pid(os.getpgid, pid), _of_pid(os.getsid, pid), state, dead=state == "Z", ticks=ticks)


def _ticks(process: psutil.Process) -> int:
    """The start of a process in microseconds since 1970, as the kernel noted it.

    psutil makes a float of the kernel's seconds and microseconds, which at today's times is exact to a quarter of a
    microsecond. It also adds to every start what the clock was set by since psutil was imported, and that is taken off
    again here: a ledger holds the same number before and after.
    """
    moved = abs(_BOOTED - psutil.boot_time())
    return round((process.create_time() - (moved if moved >= 1 else 0)) * 1_000_000)


def _of_pid(ask: Callable[[int], int], pid: int) -> int:
    """The process group or session of a process; 0 where it cannot be known, as of a zombie."""
    try:
        return ask(pid)
    except OSError:
        return 0


def parent(pid: int) -> int | None:
    """The pid of its parent."""
    found = stat(pid)
    return found.ppid if found else None


def state(pid: int) -> str | None:
    """Its state letter: R, S, T, Z."""
    found = stat(pid)
    return found.state if found else None


def children(pid: int) -> list[int]:
    """The pids of its children."""
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def environ(pid: int) -> dict[str, str] | None:
    """The environment it was started with, or None where it cannot be read."""
    try:
        return psutil.Process(pid).environ() or None
    except (psutil.Error, OSError):
        return None


def words(pid: int) -> tuple[str, ...]:
    """The words of its command line; none where it is gone. Raw."""
    try:
        return tuple(psutil.Process(pid).cmdline())
    except (psutil.Error, OSError):
        return ()


def command(pid: int) -> str:
    """Its command line joined by spaces, or its name in brackets; '' where it is gone. Raw: clean it before showing."""
    try:
        process = psutil.Process(pid)
        return " ".join(process.cmdline()) or f"[{process.name()}]"
    except (psutil.Error, OSError):
        return ""


def directory(pid: int) -> str:
    """Its working directory; '' where it cannot be read."""
    try:
        return psutil.Process(pid).cwd()
    except (psutil.Error, OSError):
        return ""


def has_terminal(pid: int) -> bool:
    """Whether a terminal controls it."""
    try:
        return psutil.Process(pid).terminal() is not None
    except (psutil.Error, OSError):
        return False


def started_at(ticks: int) -> float:
    """Wall seconds at which a process with this start time began."""
    return ticks / 1_000_000


def writers(
    paths: Iterable[str | os.PathLike[str]],  # noqa: ARG001 the signature of the port
    among: Iterable[int] | None = None,  # noqa: ARG001
) -> list[int]:
    """Returns none: macOS does not tell writers from readers, and a reader must not be taken for an agent."""
    return []


def written(pid: int) -> int | None:  # noqa: ARG001 the signature of the port
    """Returns None: macOS counts what reaches the disk, and not what a process has written."""
    return None


def open_directories(pid: int) -> list[str]:  # noqa: ARG001 the signature of the port
    """Returns none: macOS does not say which directories another process holds."""
    return []


def open_files(pid: int) -> list[str]:  # noqa: ARG001 the signature of the port
    """Returns none: macOS does not say which files another process holds."""
    return []


def signal(pid: int, ticks: int, number: int) -> bool:
    """Signals the process that started at `ticks`; False where it is gone. Raises PermissionError."""
    found = stat(pid)
    if found is None or found.ticks != ticks or found.dead:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def wait_gone(pid: int, ticks: int, seconds: float) -> bool:
    """Waits until the process that started at `ticks` has ended, at most `seconds`; True where it has."""
    deadline = time.monotonic() + seconds
    while True:
        found = stat(pid)
        if found is None or found.ticks != ticks or found.dead:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)
