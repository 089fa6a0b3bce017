"""What /proc says of processes, for the keeper and for Linux' side of the port. Elsewhere nothing is seen here."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # `signal` costs the keeper a megabyte of enums
MARKER = "SWARM_SPAWN"
MAX_ENVIRON = 1 << 20
MAX_COMMAND = 4096
PAGE = 4096


class ProcessStat:
    """One process at one moment. ticks: start time in kernel ticks since boot."""

    __slots__ = ("dead", "group", "name", "parent", "pid", "session", "state", "ticks")

    def __init__(self, pid: int, name: bytes, fields: list[bytes]) -> None:
        self.pid = pid
        self.name = name
        self.state = fields[0].decode("ascii", "replace")
        self.parent = int(fields[1])
        self.group = int(fields[2])
        self.session = int(fields[3])
        self.ticks = int(fields[19])
        # A process whose first thread ended while others run looks like a zombie, and is not.
        self.dead = self.state in ("Z", "X", "x") and int(fields[17]) < 2


def read(path: str, limit: int, dir_fd: int | None = None) -> bytes:
    """The start of a file, without following a link or waiting for a writer; raises OSError."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
    descriptor = os.open(path, flags, dir_fd=dir_fd)
    try:
        parts = []
        while limit > 0:
            part = os.read(descriptor, min(limit, 65536))
            if not part:
                break
            parts.append(part)
            limit -= len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def read_file(path: str, limit: int = 65536) -> bytes:
    """A file of /proc; empty where the process is gone or another user's."""
    try:
        return read(path, limit)
    except OSError:
        return b""


def glance(path: str) -> bytes:
    """A file of /proc that fits one read of a page, as often as scans need it; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, PAGE)
    finally:
        os.close(descriptor)


def parse_stat(line: bytes) -> ProcessStat | None:
    """A line of /proc/PID/stat. The name in brackets may hold brackets and spaces, so it ends at the last bracket."""
    end = line.rfind(b")")
    fields = line[end + 2 :].split(None, 20)
    if end < 0 or len(fields) < 20:
        return None
    start = line.index(b" ")
    return ProcessStat(int(line[:start]), line[start + 2 : end], fields)


def look_at(pid: int) -> ProcessStat | None:
    """A process, ended or not; None where there is none."""
    try:
        return parse_stat(glance(f"/proc/{pid}/stat"))
    except OSError:
        return None


def living(pid: int, ticks: int) -> bool:
    """Whether the process that started at `ticks` has not ended."""
    seen = look_at(pid)
    return seen is not None and seen.ticks == ticks and not seen.dead


def all_pids() -> list[int]:
    """Every process that this namespace shows; none where there is no /proc."""
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return []


def children_of(pid: int) -> list[int]:
    """The children of all its threads; found by a scan where the kernel does not list them."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task") if os.stat(f"/proc/{pid}/task").st_nlink > 3 else (str(pid),)
        for thread in threads:
            path = f"/proc/{pid}/task/{thread}/children"
            listed = glance(path)
            found.extend(map(int, (listed if len(listed) < PAGE // 2 else read(path, 1 << 20)).split()))
    except OSError:
        if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
            looked = map(look_at, all_pids())
            found = [seen.pid for seen in looked if seen is not None and seen.parent == pid]
    return found


def marker_of(pid: int) -> str | None:
    """Its marker; '' where it has none; None where its environment cannot be read or is empty."""
    environment = read_file(f"/proc/{pid}/environ", MAX_ENVIRON)
    prefix = MARKER.encode() + b"="
    for entry in environment.split(b"\0"):
        if entry.startswith(prefix):
            return entry[len(prefix) :].decode("utf-8", "replace")
    return "" if environment else None


def command_line_of(pid: int) -> bytes:
    """Its command line joined by spaces; empty where it has none, and for a moment while it executes."""
    return read_file(f"/proc/{pid}/cmdline", MAX_COMMAND).rstrip(b"\0").replace(b"\0", b" ")


def command_of(pid: int) -> str:
    """Its command line joined by spaces, or its name in brackets; '' where it is gone. Raw: clean it before showing."""
    line = command_line_of(pid)
    name = read_file(f"/proc/{pid}/comm", 64).strip() if not line else b""
    return (line or (name and b"[" + name + b"]")).decode("utf-8", "replace")


def send(pid: int, ticks: int, number: int) -> bool:
    """Signals the process that started at `ticks` and no other; False where it is gone. Raises PermissionError."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except (OSError, AttributeError):  # an old kernel, or a sandbox that forbids it: look, then signal
        descriptor = -1
    try:
        if not living(pid, ticks):
            return False
        if descriptor >= 0:
            signal.pidfd_send_signal(descriptor, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return False
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return True
