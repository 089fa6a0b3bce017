"""Which files of a home changed since a time, the engine's own left out: one walk, bounded in time and entries."""

import os
import time
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from msgspec import Struct

from swarm.model.writes import FileState
from swarm.protocol.paths import Layout

MAX_ENTRIES = 50_000
BUDGET_S = 1.0
MAX_DEPTH = 32
IGNORED = frozenset({".git", "node_modules", "__pycache__", ".venv", ".cache"})
"""Directories that are never walked: changes in them go by unseen."""
_ENGINES = frozenset({"agent.json", "task.md", "inbox.md", "exit.json", "ended.json"})
_ENGINES_DIRECTORIES = frozenset({"log", ".run"})


class FileChange(Struct, frozen=True):
    """Something in the home that changed. path: relative to the home. at: wall seconds."""

    path: str
    at: float
    state: FileState = FileState()
    removed: bool = False
    """It is a directory in which something is no longer there."""


class Changes(NamedTuple):
    """What a walk found; `whole` where it came to the end."""

    found: tuple[FileChange, ...]
    whole: bool


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
        self.worktrees = os.path.relpath(layout.worktrees, layout.root)
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
                state = FileState(stat.st_size, stat.st_ino, stat.st_mtime_ns)
                self.found.append(FileChange(path, stat.st_ctime, state))
            return changed
        if entry.name in self.ignored or path == self.worktrees:
            return changed  # what changes in a worktree is its agent's, and is looked at with git
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
