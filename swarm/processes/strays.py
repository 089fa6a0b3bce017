"""Finds the coding agents that run and that the ledger does not know, in the table of processes.

A process is tied to an agent by descent (what detaches, empties its environment or forks twice stays below the keeper
on Linux), by the marker of this home in its environment, or by working in an agent's directory without a terminal. A
program's parts, and the one that a shell was spawned to run in the foreground, are the agent itself.

To see one: an agent that runs `setsid env -i PATH=$PATH claude -p "..." &`.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from swarm import platform
from swarm.model.agent import Identity
from swarm.model.record import Record
from swarm.model.stray import Stray, Tie
from swarm.platform.process_info import Stat
from swarm.processes.belonging import is_here
from swarm.processes.leftovers import is_inside
from swarm.protocol.names import parent_of
from swarm.protocol.paths import MARKER, POLICY_FILE, Layout
from swarm.sanitize import clean

COMMAND_LENGTH = 200
YOUNG_S = 3.0
"""Seconds in which a process may still execute something else, and in which the ledger may not know its marker yet."""
Recognize = Callable[[Sequence[str], str], str]
"""The words of a command line and the kernel's name of a process -> the coding agent that it is a session of, or ''."""


class Kinds(NamedTuple):
    """What only starts another program, and what a coding agent runs its parts in, by the words of a process."""

    launches: Callable[[Sequence[str]], bool]
    wraps: Callable[[Sequence[str]], bool]
    coding: Callable[[str], bool]
    """Whether the program of a record, by its name, is a coding agent."""


class _About(NamedTuple):
    """What does not change while a process executes the same."""

    words: tuple[str, ...]
    marker: str
    home: str
    agent: str
    program: str


_NOTHING = _About((), "", "", "", "")


class ProcessLook:
    """Looks at all processes, and remembers of each what cannot change, so that the next look is cheap."""

    def __init__(self, layout: Layout, recognize: Recognize, kinds: Kinds) -> None:
        self._layout = layout
        self._recognize = recognize
        self._kinds = kinds
        self._about: dict[tuple[int, int, str], _About] = {}
        self._homes: dict[str, bool] = {}

    def strays(self, records: Mapping[str, Record]) -> tuple[Stray, ...]:
        """Returns those that run now, oldest first. records: the ledger's, by id."""
        table = {stat.pid: stat for stat in map(platform.stat, platform.pids()) if stat is not None and not stat.dead}
        about = self._take(table)
        heads = _Heads(records, table)
        found = {pid: (above, tie) for pid, above, tie in self._of_markers(table, about, heads)}
        found |= {pid: (above, tie) for pid, above, tie in _of_programs(table, about, heads, self._kinds)}
        for pid, above, tie in self._of_places(table, about, heads, records):
            found.setdefault(pid, (above, tie))
        made = (self._made(table[pid], about[pid], above, tie) for pid, (above, tie) in found.items())
        return tuple(sorted(made, key=lambda stray: (stray.started_at, stray.process.pid)))

    def _take(self, table: Mapping[int, Stat]) -> dict[int, _About]:
        """What is known of each process; asked of the kernel for those that are new, young, or execute another."""
        about: dict[int, _About] = {}
        kept: dict[tuple[int, int, str], _About] = {}
        for pid, stat in table.items():
            key = (pid, stat.ticks, stat.name)
            known = self._about.get(key)
            if known is None or not stat.name or _age(stat) < YOUNG_S:
                known = self._ask(stat)
            about[pid] = kept[key] = known
        self._about = kept
        return about

    def _ask(self, stat: Stat) -> _About:
        words = platform.words(stat.pid)
        if not words:
            return _NOTHING  # of the kernel
        program = self._recognize(words, stat.name)
        environment = platform.environ(stat.pid) or {}
        marker = environment.get(MARKER, "")
        home = environment.get("SWARM_HOME", "") if marker else ""
        return _About(words, marker, home, environment.get("SWARM_AGENT", "") if marker else "", program)

    def _of_markers(
        self, table: Mapping[int, Stat], about: Mapping[int, _About], heads: "_Heads"
    ) -> Iterable[tuple[int, str, Tie]]:
        """The uppermost process of each marker of this home that the ledger does not vouch for."""
        for pid, stat in table.items():
            one = about[pid]
            if not one.marker or heads.vouched(one.marker) or _age(stat) < YOUNG_S or not self._is_here(one.home):
                continue
            above = about.get(stat.ppid, _NOTHING)
            is_first = above.marker != one.marker or _is_keeper(above.words)
            if is_first and not _is_keeper(one.words):
                yield pid, heads.nearest(one.agent) or heads.above(stat, table), Tie.MARKER

    def _of_places(
        self,
        table: Mapping[int, Stat],
        about: Mapping[int, _About],
        heads: "_Heads",
        records: Mapping[str, Record],
    ) -> Iterable[tuple[int, str, Tie]]:
        """Coding agents that nothing ties to an agent but the directory that they work in."""
        for pid, stat in table.items():
            one = about[pid]
            if not one.program or one.marker or pid in heads.programs or heads.above(stat, table):
                continue
            if _part_of(stat, table, about, self._kinds) or _on_terminal(stat, table):
                continue
            place = platform.directory(pid)
            for agent, record in records.items():
                if record.holds_slot and is_inside(place, _own_places(self._layout, record)):
                    yield pid, agent, Tie.PLACE
                    break

    def _is_here(self, home: str) -> bool:
        known = self._homes.get(home)
        if known is None:
            known = is_here(self._layout, home)
            if not known and not os.path.isfile(os.path.join(home, POLICY_FILE)):
                return known  # it may be made, or mounted, later
            self._homes[home] = known
        return known

    def _made(self, stat: Stat, about: _About, above: str, tie: Tie) -> Stray:
        name = about.program or os.path.basename(about.words[0])
        return Stray(
            Identity(platform.boot_id(), platform.pid_namespace(), stat.pid, stat.ticks, ""),
            clean(name, 40),
            clean(" ".join(about.words), COMMAND_LENGTH),
            platform.started_at(stat.ticks),
            above,
            tie,
            clean(platform.directory(stat.pid), 1000),
        )


def vouched(records: Mapping[str, Record]) -> Callable[[str], bool]:
    """Returns what tells whether the ledger vouches for a marker: of an agent, of who runs its checks, or of a check.

    The marker of a check begins with that of who runs it, and a dot.
    """
    agents = {record.spawn_id for record in records.values() if record.holds_slot}
    runners = {record.checks.runner.marker for record in records.values() if record.checks.runner is not None}
    return lambda marker: marker in agents or marker.partition(".")[0] in runners


class _Heads:
    """The living keepers and programs of the ledger."""

    def __init__(self, records: Mapping[str, Record], table: Mapping[int, Stat]) -> None:
        boot, namespace = platform.boot_id(), platform.pid_namespace()
        self.records = records
        self.by_pid: dict[int, str] = {}
        self.programs: set[int] = set()
        self.markers = {record.spawn_id: agent for agent, record in records.items() if record.holds_slot}
        self.vouched = vouched(records)
        for agent, record in records.items():
            for identity in (record.keeper, record.process):
                if identity is None or (identity.boot_id, identity.pid_ns) != (boot, namespace):
                    continue
                stat = table.get(identity.pid)
                if stat is not None and stat.ticks == identity.ticks:
                    self.by_pid[identity.pid] = agent
                    self.programs |= {identity.pid} if identity is record.process else set()

    def above(self, stat: Stat, table: Mapping[int, Stat]) -> str:
        """The nearest agent that this process runs below; '' for none."""
        return next((self.by_pid[each.pid] for each in _chain(stat, table) if each.pid in self.by_pid), "")

    def nearest(self, agent: str) -> str:
        """The nearest agent that runs, at or above an id that an environment names."""
        while agent:
            record = self.records.get(agent)
            if record is not None and record.holds_slot:
                return agent
            agent = parent_of(agent)
        return ""


def _of_programs(
    table: Mapping[int, Stat], about: Mapping[int, _About], heads: _Heads, kinds: Kinds
) -> Iterable[tuple[int, str, Tie]]:
    """Sessions of coding agents below an agent, or with its marker, that are not the agent itself."""
    for pid, stat in table.items():
        one = about[pid]
        if not one.program or pid in heads.programs or _is_of_others(stat, table, about, heads):
            continue
        below = heads.above(stat, table)
        above = below or heads.markers.get(one.marker, "")
        if not above or _part_of(stat, table, about, kinds):
            continue
        record = heads.records[above]
        if below and not kinds.coding(record.program) and _is_foreground(stat, table, about, record, kinds):
            continue
        yield pid, above, Tie.DESCENT if below else Tie.MARKER


def _is_of_others(stat: Stat, table: Mapping[int, Stat], about: Mapping[int, _About], heads: _Heads) -> bool:
    """Whether it is of a check, of another home, or of an agent that the ledger will know.

    Its marker alone says nothing, because an agent can make one up.
    """
    marker = about[stat.pid].marker
    if not marker or marker in heads.markers:
        return False
    if heads.vouched(marker):
        return True
    nearest = (each for each in _chain(stat, table) if each.pid in heads.by_pid or _is_keeper(about[each.pid].words))
    return (found := next(nearest, None)) is None or found.pid not in heads.by_pid


def _part_of(stat: Stat, table: Mapping[int, Stat], about: Mapping[int, _About], kinds: Kinds) -> bool:
    """Whether the same program started it, itself or in a wrapper, as a part of itself."""
    for above in _chain(stat, table):
        if about[above.pid].program == about[stat.pid].program:
            return True
        if not kinds.wraps(about[above.pid].words):
            return False
    return False


def _is_foreground(
    stat: Stat, table: Mapping[int, Stat], about: Mapping[int, _About], record: Record, kinds: Kinds
) -> bool:
    """Whether a command was spawned to run just this: launchers above it wait for it, and do nothing else."""
    program = record.process.pid if record.process is not None else 0
    below = stat
    for above in _chain(stat, table):
        if not kinds.launches(about[above.pid].words) or above.session != stat.session:
            return False
        beside = [each for each in table.values() if each.ppid == above.pid and each.pid != below.pid]
        if not all(_joined(below.pid, each.pid) for each in beside):
            return False
        if above.pid == program:
            return True
        below = above
    return False


def _joined(one: int, other: int) -> bool:
    """Whether a pipe leads from one of two processes to the other."""
    return any(
        (end := _target(reader, 0)).startswith("pipe:") and end == _target(writer, 1)
        for reader, writer in ((one, other), (other, one))
    )


def _target(pid: int, descriptor: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{descriptor}")
    except OSError:
        return ""


def _chain(stat: Stat, table: Mapping[int, Stat]) -> Iterable[Stat]:
    """What a process runs under, nearest first, without init."""
    seen = {stat.pid, 1}
    pid = stat.ppid
    while pid not in seen and pid in table:
        seen.add(pid)
        yield table[pid]
        pid = table[pid].ppid


def _on_terminal(stat: Stat, table: Mapping[int, Stat]) -> bool:
    return any(platform.has_terminal(each.pid) for each in (stat, *_chain(stat, table)))


def _own_places(layout: Layout, record: Record) -> list[str]:
    own = [layout.agent(record.id).path]
    if record.worktree is not None:
        own.append(layout.root / record.worktree.path)
    return [os.path.realpath(each) for each in own]


def _is_keeper(words: Sequence[str]) -> bool:
    return any(word.endswith(os.path.join("swarm", "keeper", "__main__.py")) for word in words[1:6])


def _age(stat: Stat) -> float:
    return time.time() - platform.started_at(stat.ticks)
