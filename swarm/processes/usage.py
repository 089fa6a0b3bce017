"""What the processes of agents use: processor and memory of one process, and of each agent's process tree."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import psutil

from swarm import platform
from swarm.model.agent import Identity, Usage
from swarm.platform.process_info import Stat
from swarm.processes.families import family, living
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


class UsageSampler:
    """Remembers the last sample, so that the next one can say how much processor was used since."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._before: dict[str, tuple[float, dict[tuple[int, int], float]]] = {}
        """By agent: when it was sampled last, and the processor seconds of its processes then."""

    def sample(
        self,
        programs: Mapping[str, Identity],
        keepers: Mapping[str, Identity] | None = None,
        only: Collection[str] | None = None,
    ) -> dict[str, Usage]:
        """Usage by agent id of everything below each agent's keeper (or program), other agents' trees left out.

        Agents of which nothing lives are missing. The keeper itself does not count. cpu_percent is of one core, since
        the agent's last sample; 0 in the first. The cost goes with the agents' processes, not with those of the
        machine. only: the agents that are sampled now; the others serve to tell whose a process is.
        """
        now = self._monotonic()
        heads = {each.pid: agent for group in (programs, keepers or {}) for agent, each in group.items()}
        known = {**programs, **(keepers or {})}
        self._before = {agent: last for agent, last in self._before.items() if agent in known}
        result: dict[str, Usage] = {}
        for agent in known if only is None else [agent for agent in only if agent in known]:
            at, before = self._before.pop(agent, (now, {}))
            program = living(programs.get(agent))
            keeper = living((keepers or {}).get(agent))
            found = family(program, keeper, heads, agent)
            if not found:
                continue
            costs = {(stat.pid, stat.ticks): spent(stat.pid) for stat in found}
            used = sum(max(0.0, cpu - before.get(process, 0.0)) for process, (cpu, _) in costs.items())
            self._before[agent] = (now, {process: cpu for process, (cpu, _) in costs.items()})
            result[agent] = Usage(
                pid=program.pid if program else None,
                processes=len(found),
                cpu_percent=round(100 * used / (now - at), 1) if now > at else 0.0,
                rss_bytes=sum(rss for _, rss in costs.values()),
            )
        return result
