"""Which processes belong to an agent: below its keeper or program, in its session, with its marker, or at its log."""

import os
from collections.abc import Iterable, Mapping

from swarm import platform
from swarm.model.agent import Identity, Liveness
from swarm.platform.process_info import Stat
from swarm.processes.identity import look, untouchable
from swarm.protocol.paths import MARKER

COMMAND_LENGTH = 200


def tree(root: Identity) -> list[Stat]:
    """The living descendants of a process, parents first, without itself and without what belongs to another agent.

    An agent that spawned another through the engine has that one's keeper below it; it is no part of it.
    """
    if look(root) is not Liveness.ALIVE:
        return []
    return below([root.pid], root.marker)


def marked(marker: str) -> list[Stat]:
    """The living processes that carry this marker, wherever they are in the tree of processes."""
    carriers = [pid for pid in platform.pids() if marker_of(pid) == marker] if marker else []
    return [stat for stat in map(platform.stat, carriers) if stat is not None and not stat.dead]


def confirmed(identity: Identity | None, marker: str) -> bool:
    """It lives, carries the marker of this spawn, and is none of those that must never be signalled."""
    return (
        identity is not None
        and bool(marker)
        and identity.marker == marker
        and identity.pid not in untouchable()
        and look(identity) is Liveness.ALIVE
    )


class ProcessTable:
    """Every process that there is, looked at once for all agents that are asked about: it opens a file for each."""

    def __init__(self) -> None:
        self._pids = platform.pids()
        self._carriers: dict[str, list[int]] = {}
        for pid in self._pids:
            if marker := marker_of(pid):
                self._carriers.setdefault(marker, []).append(pid)

    def carriers(self, marker: str) -> list[int]:
        """Who carries this marker."""
        return self._carriers.get(marker, [])

    def session(self, leader: int) -> list[int]:
        """Who is in the session or process group that a living leader founded."""
        return [pid for pid in self._pids if leader in _session_and_group(pid)]


def _session_and_group(pid: int) -> tuple[int, ...]:
    try:
        return os.getsid(pid), os.getpgid(pid)
    except OSError:
        return ()


def members(
    keeper: Identity | None,
    program: Identity | None,
    marker: str,
    logs: Iterable[str | os.PathLike[str]] = (),
    *,
    table: ProcessTable | None = None,
) -> list[Stat]:
    """Every living process that can be shown to belong to an agent, parents first; its keeper is not among them.

    The union of: descendants of its keeper and program, the program's session and group, its marker, writers to
    `logs`; and the descendants of all these. Who carries another agent's marker is left out, and so is everything
    that we ourselves run under. table: a look at all processes that serves several agents.
    """
    table = table or ProcessTable()
    roots = table.carriers(marker) + platform.writers(logs)
    if program is not None and confirmed(program, marker):
        roots += [program.pid, *table.session(program.pid)]
    return _family(keeper, marker, roots)


def nearby(keeper: Identity | None, marker: str, known: Iterable[Stat]) -> list[Stat]:
    """What is left of an agent's known processes, and all below these and below its keeper. Looks at no others."""
    there = ((stat, platform.stat(stat.pid)) for stat in known)
    return _family(keeper, marker, [now.pid for stat, now in there if now is not None and now.ticks == stat.ticks])


def _family(keeper: Identity | None, marker: str, roots: Iterable[int]) -> list[Stat]:
    """The living ones of some pids, the keeper's children, and the descendants of all these, parents first."""
    keeper_pid = keeper.pid if keeper is not None and confirmed(keeper, marker) else 0
    if keeper_pid:
        roots = [*platform.children(keeper_pid), *roots]
    excluded = untouchable() | {keeper_pid}
    found: dict[int, Stat] = {}
    for pid in roots:
        stat = platform.stat(pid)
        if stat is not None and not stat.dead and pid not in excluded and not _belongs_to_another(pid, marker):
            found.setdefault(pid, stat)
    for stat in below(list(found), marker):
        if stat.pid not in excluded:
            found.setdefault(stat.pid, stat)
    return _parents_first(found)


def below(roots: list[int], marker: str) -> list[Stat]:
    """The living descendants of some pids, cut where another agent begins."""
    result: list[Stat] = []
    seen = set(roots)
    pending = list(roots)
    while pending:
        parent = pending.pop(0)
        for pid in platform.children(parent):
            stat = platform.stat(pid)
            if pid in seen or stat is None or stat.dead or _belongs_to_another(pid, marker):
                continue
            seen.add(pid)
            result.append(stat)
            pending.append(pid)
    return result


def _parents_first(found: Mapping[int, Stat]) -> list[Stat]:
    def depth(stat: Stat) -> int:
        steps, seen = 0, {stat.pid}
        while stat.ppid in found and stat.ppid not in seen:
            stat = found[stat.ppid]
            seen.add(stat.pid)
            steps += 1
        return steps

    return sorted(found.values(), key=depth)


def marker_of(pid: int) -> str | None:
    """Its marker; '' where it has none; None where its environment cannot be read."""
    environment = platform.environ(pid)
    return None if environment is None else environment.get(MARKER, "")


def _belongs_to_another(pid: int, marker: str) -> bool:
    return bool(marker) and marker_of(pid) not in (None, "", marker)
