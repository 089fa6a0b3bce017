"""The scope audit: which files outside of an agent's write scope changed while it ran, found when it has ended."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from msgspec import Struct

from swarm.errors import SwarmError
from swarm.formatting import plural
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.agent import AgentSpec
from swarm.model.record import Phase, Record
from swarm.programs.registry import program_for
from swarm.protocol.agent_files import read_spec
from swarm.protocol.paths import Layout
from swarm.sanitize import clean

MAX_ENTRIES = 50_000
BUDGET_S = 1.0
MAX_DEPTH = 32
SHOWN = 8
IGNORED = frozenset({".git", "node_modules", "__pycache__", ".venv", ".cache"})
"""Directories that are never walked: changes in them go by unseen."""
_ENGINES = frozenset({"agent.json", "task.md", "inbox.md", "exit.json", "ended.json"})
_ENGINES_DIRECTORIES = frozenset({"log", ".run"})


class FileChange(Struct, frozen=True):
    """Something in the home that changed. path: relative to the home. at: wall seconds."""

    path: str
    at: float
    removed: bool = False
    """It is a directory in which something is no longer there."""


class Changes(NamedTuple):
    """What a walk found; `whole` where it came to the end."""

    found: tuple[FileChange, ...]
    whole: bool


class Outside(NamedTuple):
    """What changed outside of one agent's scope. others: the agents that ran beside it without a write scope."""

    words: str
    others: tuple[str, ...]


def outside_of(home: Home, ended: Sequence[Record]) -> Mapping[str, Outside]:
    """For agents that end now: what changed outside of their scope while they ran, by id.

    Agents that are held to no scope, or kept to it, are left out. One walk for all, bounded in time and entries; never
    raises.
    """
    held = {record.id: spec for record in ended if (spec := _held(home, record)) is not None}
    if not held:
        return {}
    try:
        state = home.ledger.read()
    except SwarmError:
        return {}
    since = min(record.spawned_at for record in ended if record.id in held)
    changes = changes_since(home.layout, since, frozenset(home.policy.watch.ignore))
    areas = {record.id: _area(home, record) for record in state.agents.values()}
    said: dict[str, Outside] = {}
    for record in ended:
        if record.id in held:
            found = _outside(home, state, record, changes, {**areas, record.id: _area(home, record)})
            if found is not None:
                said[record.id] = found
    return said


def _held(home: Home, record: Record) -> AgentSpec | None:
    spec = record.ref.match(read_spec(home.layout.agent(record.id)).value)
    return spec if spec is not None and (spec.owns or spec.scope == "observe") else None


def _area(home: Home, record: Record) -> tuple[str, ...]:
    own = home.layout.agent(record.id).path.relative_to(home.layout.root).as_posix()
    return (own, *(path.rstrip("/") for path in record.owns))


def changes_since(layout: Layout, since: float, ignored: frozenset[str] = frozenset()) -> Changes:
    """Every file of the home that changed at or after `since` (wall seconds), the engine's own left out.

    Links are not followed. The change time counts: no program can set it back.
    """
    walk = _Walk(layout, since, IGNORED | ignored)
    walk.go("", 0)
    return Changes(tuple(walk.found), walk.whole)


class _Walk:
    def __init__(self, layout: Layout, since: float, ignored: frozenset[str]) -> None:
        self.root = str(layout.root)
        self.since = since
        self.ignored = ignored
        self.agents = os.path.relpath(layout.agents, layout.root)
        self.engines = {os.path.relpath(path, layout.root) for path in layout.engines}
        self.swarm = os.path.relpath(layout.swarm, layout.root)
        self.found: list[FileChange] = []
        self.whole = True
        self.left = MAX_ENTRIES
        self.until = time.monotonic() + BUDGET_S

    def go(self, directory: str, depth: int) -> bool:
        """Walks a directory; returns whether anything right in it changed."""
        try:
            with os.scandir(os.path.join(self.root, directory)) as entries:
                children = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return False
        moved = False
        for entry in children:
            self.left -= 1
            if self.left <= 0 or time.monotonic() > self.until:
                self.whole = False
                return True
            moved |= self._look(entry, os.path.join(directory, entry.name) if directory else entry.name, depth)
        return moved

    def _look(self, entry: "os.DirEntry[str]", path: str, depth: int) -> bool:
        if path in self.engines or self._is_the_engines(entry.name, path):
            return True  # an engine file explains that its directory changed
        try:
            stat = entry.stat(follow_symlinks=False)
        except OSError:
            return True
        changed = max(stat.st_mtime, stat.st_ctime) >= self.since
        if not S_ISDIR(stat.st_mode):
            if changed and (S_ISREG(stat.st_mode) or entry.is_symlink()):
                self.found.append(FileChange(path, stat.st_ctime))
            return changed
        if entry.name in self.ignored:
            return changed
        if depth >= MAX_DEPTH:
            self.whole = False
            return True
        explained = self.go(path, depth + 1)
        if changed and not explained and stat.st_mtime >= self.since and not self._below_agents(path):
            self.found.append(FileChange(path, stat.st_ctime, removed=True))
        return changed

    def _is_the_engines(self, name: str, path: str) -> bool:
        below = path.startswith(self.agents + "/")
        if below and (name in _ENGINES or name in _ENGINES_DIRECTORIES):
            return True
        return os.path.dirname(path) == self.swarm and name.startswith(".")  # files on their way to be renamed

    def _below_agents(self, path: str) -> bool:
        return path in (self.agents, self.swarm) or path.startswith(self.agents + "/")


def _outside(
    home: Home, state: State, record: Record, changes: Changes, areas: Mapping[str, tuple[str, ...]]
) -> Outside | None:
    beside = [each for each in state.agents.values() if each.id != record.id and _ran_beside(each, record)]
    root = home.policy.root.id
    mine = [*areas[record.id], *(path for each in beside if each.id != root for path in areas[each.id])]
    foreign = [
        change
        for change in changes.found
        if change.at >= record.spawned_at and not _lies_in(change.path, mine) and not _is_roots_own(home, change.path)
    ]
    if not foreign:
        return None
    names = ", ".join(
        clean(change.path, 120) + (" (something is gone)" if change.removed else "") for change in foreign[:SHOWN]
    )
    more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
    could = tuple(each.id for each in beside if not _is_held(home, each))
    also = f"{', '.join(could[:4])}, " if could else ""
    part = "" if changes.whole else "; not everything could be looked through"
    words = (
        f"{plural(len(foreign), 'file')} outside of its scope changed while it ran: {names}{more}. "
        f"Its own hand is not proved: {also}the operator or another program may have done it{part}"
    )
    return Outside(words, could)


def _ran_beside(other: Record, record: Record) -> bool:
    if other.phase is Phase.QUEUED:
        return False
    return other.ended_at is None or other.ended_at >= record.spawned_at


def _lies_in(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)


def _is_roots_own(home: Home, path: str) -> bool:
    """The root's own files: it holds no record that says when it works."""
    own = home.layout.agent(home.policy.root.id).path
    whole = home.layout.root / path
    return whole.parent in (own, own / "work")


def _is_held(home: Home, record: Record) -> bool:
    spec = read_spec(home.layout.agent(record.id)).value
    if spec is None or not (spec.owns or spec.scope == "observe"):
        return False
    try:
        return program_for(spec.program, home.policy).holds_scope
    except SwarmError:
        return False
