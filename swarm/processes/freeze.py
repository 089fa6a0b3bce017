"""Freezing agents where they are and letting them go on: all processes of all of them, found by the same looks."""

import time
from collections.abc import Iterable, Sequence
from signal import SIGCONT, SIGSTOP
from typing import NamedTuple

from swarm import platform
from swarm.model.agent import Identity
from swarm.platform.process_info import Stat
from swarm.processes.members import ProcessTable, members, nearby
from swarm.processes.runner import Frozen
from swarm.processes.stop import release, signal

FREEZE_S = 5.0


class AgentProcesses(NamedTuple):
    """What the processes of one agent are found by."""

    keeper: Identity | None
    program: Identity | None
    marker: str


def freeze(agents: Sequence[AgentProcesses]) -> list[Frozen]:
    """Stops all processes of these agents where they are, in other sessions too, in this order; keepers go on."""
    group = _Group(agents)
    halted, going = _halt(group, seconds=FREEZE_S)
    return [
        Frozen(tuple(stat.pid for stat in group.of(place, halted)), not group.of(place, going))
        for place in range(len(agents))
    ]


def thaw(agents: Sequence[AgentProcesses]) -> list[Frozen]:
    """Lets them all go on, in this order."""
    group = _Group(agents[::-1])  # what is found last goes on first: children before their parents
    # A process that stopped again after the first look, or was started meanwhile, goes on at the second.
    released = [*release(group.everywhere), *release(group.nearby)]
    left = [stat for stat in group.everywhere() if _is_stopped(stat)]
    return [
        Frozen(tuple(dict.fromkeys(stat.pid for stat in group.of(place, released))), not group.of(place, left))
        for place in reversed(range(len(agents)))
    ]


class _Group:
    """The processes of several agents, and whose each of them is."""

    def __init__(self, agents: Sequence[AgentProcesses]) -> None:
        self._agents = agents
        self._known: list[dict[tuple[int, int], Stat]] = [{} for _ in agents]

    def everywhere(self) -> list[Stat]:
        """All that belongs to one of them, wherever it is: costs a look at every process there is."""
        table = ProcessTable()
        return self._note(members(*agent, table=table) for agent in self._agents)

    def nearby(self) -> list[Stat]:
        """What is left of all that was found so far, and what is below it and below their keepers."""
        return self._note(
            nearby(agent.keeper, agent.marker, known.values())
            for agent, known in zip(self._agents, self._known, strict=True)
        )

    def of(self, place: int, stats: Iterable[Stat]) -> list[Stat]:
        """Those that belong to the agent at this place."""
        return [stat for stat in stats if (stat.pid, stat.ticks) in self._known[place]]

    def _note(self, looked: Iterable[list[Stat]]) -> list[Stat]:
        found: list[Stat] = []
        for known, stats in zip(self._known, looked, strict=True):
            known.update({(stat.pid, stat.ticks): stat for stat in stats})
            found += stats
        return found


def _halt(group: _Group, *, seconds: float) -> tuple[list[Stat], list[Stat]]:
    """Stops all that is found, parents first. Returns it, and what still went when time was up.

    The first look and the last, which must find that all is stopped, are at every process: one that left the tree of
    its agent is found by its marker. Between them only the trees are looked at, for what was started meanwhile.
    """
    deadline = time.monotonic() + seconds
    halted: dict[tuple[int, int], Stat] = {}
    agreed = 0
    while agreed < 2 and time.monotonic() < deadline:
        there = group.nearby() if halted and not agreed else group.everywhere()
        going = [stat for stat in there if not _is_stopped(stat)]
        agreed = 0 if going else agreed + 1
        borrowers = _borrowers(there, halted)
        for stat in going:
            if stat not in borrowers and signal(stat, SIGSTOP):
                halted[stat.pid, stat.ticks] = stat
        for stat in borrowers:
            signal(stat, SIGCONT)
        if going:
            time.sleep(0.001)  # a process that is being stopped says so a moment later
    going = [stat for stat in group.everywhere() if not _is_stopped(stat)] if agreed < 2 else []
    for stat in going:
        if signal(stat, SIGSTOP):
            halted[stat.pid, stat.ticks] = stat
    return list(halted.values()), going


def _is_stopped(stat: Stat) -> bool:
    return stat.state in ("T", "t")


def _borrowers(there: list[Stat], halted: dict[tuple[int, int], Stat]) -> list[Stat]:
    """Children that keep their parents from being stopped, and so have to go on for a moment.

    After a vfork a parent sleeps, and takes no signal, until its child has become another program. A child that is
    stopped before that never does; it still has its parent's command line.
    """
    asleep = {stat.pid for stat in there if stat.state == "D" and (stat.pid, stat.ticks) in halted}
    return [
        stat
        for stat in there
        if stat.ppid in asleep and platform.command(stat.pid) == platform.command(stat.ppid) != ""
    ]
