"""One process in full: its command line, memory and processor time. On no way of a kill: psutil takes its time."""

from typing import NamedTuple

import psutil

from swarm import platform
from swarm.platform.process_info import Stat
from swarm.processes.members import COMMAND_LENGTH


class Proc(NamedTuple):
    """One process of a tree."""

    pid: int
    ppid: int
    ticks: int
    state: str
    """One letter: R running, S or D asleep, T stopped."""
    command: str
    """Raw and bounded: clean it before it is shown."""
    rss: int
    """Resident bytes."""
    cpu: float
    """Processor seconds so far."""


def describe(stat: Stat) -> Proc:
    """A process with its command line and what it has used."""
    cpu, rss = spent(stat.pid)
    line = platform.command(stat.pid)[:COMMAND_LENGTH]
    return Proc(stat.pid, stat.ppid, stat.ticks, stat.state, line, rss, cpu)


def spent(pid: int) -> tuple[float, int]:
    """Processor seconds so far and resident bytes of a process; nothing of either where it is gone or may not tell."""
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        return times.user + times.system, process.memory_info().rss
    except psutil.Error:
        return 0.0, 0
