"""macOS: libproc and sysctl through ctypes for what names a process, psutil for the rest. It has no subreaper."""

import ctypes
import os
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

import psutil

from swarm.platform.process_info import Stat

HAS_SUBREAPER = False
TICKS_PER_SECOND = 1_000_000
"""Start times are microseconds since 1970, as the kernel noted them: a clock that is set later does not move them."""
PROC_PIDTASKALLINFO = 2
POLL_S = 0.005
STATES = {1: "I", 2: "R", 3: "S", 4: "T", 5: "Z"}
"""SIDL, SRUN, SSLEEP, SSTOP, SZOMB of <sys/proc.h>."""


class TaskAllInfo(ctypes.Structure):
    """`struct proc_taskallinfo` of <sys/proc_info.h>: proc_bsdinfo, then proc_taskinfo."""

    _fields_ = (
        ("pbi_flags", ctypes.c_uint32),
        ("pbi_status", ctypes.c_uint32),
        ("pbi_xstatus", ctypes.c_uint32),
        ("pbi_pid", ctypes.c_uint32),
        ("pbi_ppid", ctypes.c_uint32),
        ("pbi_uid", ctypes.c_uint32),
        ("pbi_gid", ctypes.c_uint32),
        ("pbi_ruid", ctypes.c_uint32),
        ("pbi_rgid", ctypes.c_uint32),
        ("pbi_svuid", ctypes.c_uint32),
        ("pbi_svgid", ctypes.c_uint32),
        ("rfu_1", ctypes.c_uint32),
        ("pbi_comm", ctypes.c_char * 16),
        ("pbi_name", ctypes.c_char * 32),
        ("pbi_nfiles", ctypes.c_uint32),
        ("pbi_pgid", ctypes.c_uint32),
        ("pbi_pjobc", ctypes.c_uint32),
        ("e_tdev", ctypes.c_uint32),
        ("e_tpgid", ctypes.c_uint32),
        ("pbi_nice", ctypes.c_int32),
        ("pbi_start_tvsec", ctypes.c_uint64),
        ("pbi_start_tvusec", ctypes.c_uint64),
        ("pti_virtual_size", ctypes.c_uint64),
        ("pti_resident_size", ctypes.c_uint64),
        ("pti_total_user", ctypes.c_uint64),
        ("pti_total_system", ctypes.c_uint64),
        ("pti_threads_user", ctypes.c_uint64),
        ("pti_threads_system", ctypes.c_uint64),
        ("pti_policy", ctypes.c_int32),
        ("pti_faults", ctypes.c_int32),
        ("pti_pageins", ctypes.c_int32),
        ("pti_cow_faults", ctypes.c_int32),
        ("pti_messages_sent", ctypes.c_int32),
        ("pti_messages_received", ctypes.c_int32),
        ("pti_syscalls_mach", ctypes.c_int32),
        ("pti_syscalls_unix", ctypes.c_int32),
        ("pti_csw", ctypes.c_int32),
        ("pti_threadnum", ctypes.c_int32),
        ("pti_numrunning", ctypes.c_int32),
        ("pti_priority", ctypes.c_int32),
    )


@cache
def _libc() -> Any:
    return ctypes.CDLL("/usr/lib/libSystem.B.dylib", use_errno=True)


@cache
def boot_id() -> str:
    """The uuid of this boot session."""
    size = ctypes.c_size_t(64)
    buffer = ctypes.create_string_buffer(64)
    if _libc().sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, 0) != 0:
        return ""
    return buffer.value.decode("ascii", "replace")


def pid_namespace() -> int:
    """macOS has one."""
    return 0


def pids() -> list[int]:
    """Every process."""
    return psutil.pids()


def _task_info(pid: int) -> TaskAllInfo | None:
    info = TaskAllInfo()
    size = ctypes.sizeof(info)
    written = _libc().proc_pidinfo(pid, PROC_PIDTASKALLINFO, ctypes.c_uint64(0), ctypes.byref(info), size)
    return info if written == size else None


@cache
def _nanoseconds_per_unit() -> float:
    """Of the time unit that processor time is counted in: 1 on Intel, about 41.7 on Apple silicon."""
    ratio = (ctypes.c_uint32 * 2)()
    _libc().mach_timebase_info(ratio)
    return ratio[0] / ratio[1] if ratio[1] else 1.0


def stat(pid: int) -> Stat | None:
    """What the kernel says of a process, or None where there is none, or where it is another user's."""
    info = _task_info(pid) if pid > 0 else None
    if info is None:
        return _zombie(pid) if pid > 0 else None
    return stat_of(info, _session(pid), _nanoseconds_per_unit())


def stat_of(info: TaskAllInfo, session: int, nanoseconds_per_unit: float) -> Stat:
    """The common words for what the kernel wrote."""
    return Stat(
        pid=info.pbi_pid,
        ppid=info.pbi_ppid,
        group=info.pbi_pgid,
        session=session,
        state=STATES.get(info.pbi_status, "S"),
        dead=STATES.get(info.pbi_status) == "Z",
        ticks=info.pbi_start_tvsec * 1_000_000 + info.pbi_start_tvusec,
        cpu=(info.pti_total_user + info.pti_total_system) * nanoseconds_per_unit / 1e9,
        rss=info.pti_resident_size,
    )


def _zombie(pid: int) -> Stat | None:
    """proc_pidinfo says nothing of zombies; psutil does."""
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return None
        ticks = round(process.create_time() * 1_000_000)
        return Stat(pid, process.ppid(), 0, 0, state="Z", dead=True, ticks=ticks, cpu=0.0, rss=0)
    except psutil.Error:
        return None


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def start_ticks(pid: int) -> int | None:
    """Start time in microseconds since 1970."""
    found = stat(pid)
    return found.ticks if found else None


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
    room = 4096
    buffer = (ctypes.c_int * room)()
    count = int(_libc().proc_listchildpids(pid, buffer, ctypes.sizeof(buffer)))
    return [child for child in buffer[: max(0, min(count, room))] if child > 0]


def environ(pid: int) -> dict[str, str] | None:
    """The environment it was started with, or None where it cannot be read."""
    try:
        return psutil.Process(pid).environ() or None
    except (psutil.Error, OSError):
        return None


def command(pid: int) -> str:
    """Its command line joined by spaces, or its name in brackets; '' where it is gone. Raw: clean it before showing."""
    try:
        process = psutil.Process(pid)
        return " ".join(process.cmdline()) or f"[{process.name()}]"
    except (psutil.Error, OSError):
        return ""


def memory_available() -> int:
    """Bytes that programs can still have."""
    return psutil.virtual_memory().available


def writers(paths: Iterable[str | os.PathLike[str]]) -> list[int]:  # noqa: ARG001 the signature of the port
    """None: macOS does not tell who writes from who only reads, and a reader must not be taken for an agent."""
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
