"""Where an agent may write: the paths it is held to, and what belongs to the engine or to other agents.

Paths are compared as the file system sees them: links followed, `..` resolved both as a shell and as a program would
resolve it, names compared without case where that is the careful side, and the same directory under two names taken
for one. A link that is made between our look and the write is not seen; rules of the program hold for that.
"""

import os
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from swarm.hooks.context import HookCaller, HookError
from swarm.protocol.names import UNSEARCHED, twin_key
from swarm.protocol.paths import HOME_DOCS

ENGINES = frozenset({"agent.json", "exit.json", "ended.json", "task.md", "inbox.md"})
"""Files of an agent's directory that others write: the engine, its keeper, its parent."""
TEMPLATES = "templates"
"""The one directory beside the agents that a spawn may give to an agent: `protected` alone says who writes it. The
documents of the home may lie there, too: the root keeps its manual up to date."""
LOGGED = ("stdout", "stderr", "investigation-")
MAX_PATH = 4096
MAX_SECOND_NAMES = 4000


class WriteScope(NamedTuple):
    """guard.json, checked, with every path resolved."""

    home: str
    agents: str
    own: str
    policy: str
    held: str
    """'' where it is not held to `writable`."""
    writable: tuple[str, ...]
    protected: tuple[str, ...]
    worktree: str = ""
    """The worktree of a repository that is its own, outside of the agents' directories; '' without one."""


class DenialCode(StrEnum):
    """Which rule bars a write. The words stand in events.jsonl."""

    OUTSIDE = "outside"
    PROTECTED = "protected"
    SECOND_NAME = "second-name"


class NotWritable(NamedTuple):
    """Why something may not be written."""

    code: DenialCode
    why: str


def write_scope_of(caller: HookCaller, guard: Mapping[str, Any]) -> WriteScope:
    """What guard.json says; raises HookError where it is not this agent's, or not what it should be."""
    own = os.path.realpath(caller.agent.path)
    home = os.path.realpath(caller.layout.root)
    if guard.get("spawn_id") != caller.spawn_id or guard.get("agent") != caller.id:
        raise HookError("The guard of this agent was made for another one.", "It has been spawned anew since.")
    if not isinstance(guard.get("home"), str) or os.path.realpath(guard["home"]) != home:
        raise HookError("The guard of this agent was made for another home.")
    held = guard.get("scope")
    if not isinstance(held, str):
        raise HookError("The guard of this agent names no scope.")
    writable, protected = (_paths(guard, key) for key in ("writable", "protected"))
    agents, policy = os.path.realpath(caller.layout.agents), os.path.realpath(caller.layout.policy)
    if not os.path.isdir(own):
        raise HookError(f"The directory of {caller.id!r} is gone.")
    return WriteScope(home, agents, own, policy, held, writable, protected, _worktree(caller, guard))


def _worktree(caller: HookCaller, guard: Mapping[str, Any]) -> str:
    """The worktree that guard.json names, where it is one of this home's."""
    named = guard.get("worktree", "")
    if not isinstance(named, str):
        raise HookError("The guard of this agent names a worktree that is no path.")
    if not named:
        return ""
    real = os.path.realpath(named)
    if os.path.dirname(real) != os.path.realpath(caller.layout.worktrees):
        raise HookError(f"{named[:200]!r} is no worktree of this home.")
    return real


def _paths(guard: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = guard.get(key)
    if not isinstance(value, list) or not all(isinstance(path, str) and os.path.isabs(path) for path in value):
        raise HookError(f"The guard of this agent has no list of absolute paths as {key!r}.")
    return tuple(os.path.realpath(path) for path in value)


def readings(path: str, cwd: str) -> tuple[str, ...]:
    """Every file that a path may mean to a program: with `..` before links and after, the link itself and its target.

    Raises HookError where no file can be meant.
    """
    if not path.strip() or "\0" in path or len(os.fsencode(path)) > MAX_PATH:
        raise HookError(f"{path[:80]!r} is not a path.")
    found: dict[str, None] = {}
    for spelt in dict.fromkeys((path, path.strip())):
        for meant in dict.fromkeys((spelt, os.path.expanduser(spelt), unicodedata.normalize("NFC", spelt))):
            whole = os.path.join(cwd, meant)
            for way in dict.fromkeys((whole, os.path.normpath(whole))):
                real = os.path.realpath(way)
                if os.path.islink(real):
                    raise HookError(f"{path[:80]!r} leads in a circle of links.")
                found[real] = None
                parent, name = os.path.split(way.rstrip("/"))
                if name not in ("", ".", ".."):
                    found[os.path.join(os.path.realpath(parent), name)] = None
    return tuple(found)


def may_write(scope: WriteScope, path: str, cwd: str) -> NotWritable | None:
    """Why a file may not be written by name; None where it may. Raises HookError where the path means nothing."""
    for real in readings(path, cwd):
        no = engine_owned(scope, real) or _outside(scope, real) or _second_name(scope, real)
        if no is not None:
            return no
    return None


def engine_owned(scope: WriteScope, real: str) -> NotWritable | None:
    """Why a resolved path is never written by this agent's hand; None where it is not the engine's or another's."""
    trail = ancestors(real)
    if is_inside(scope.policy, real, trail, loosely=True):
        return NotWritable(DenialCode.PROTECTED, "swarm.toml is the operator's")
    kept = _longest(scope.protected, real, trail, loosely=True)
    if kept and len(kept) >= len(_longest((*scope.writable, scope.own), real, trail)):
        return NotWritable(DenialCode.PROTECTED, "it belongs to the engine")
    if scope.worktree and is_inside(scope.worktree, real, trail):
        return None  # files of a repository, whatever they are called
    swarm = os.path.dirname(scope.agents)
    others = (TEMPLATES, *HOME_DOCS)
    if not is_inside(swarm, real, trail, loosely=True) or any(
        is_inside(os.path.join(swarm, name), real, trail) for name in others
    ):
        return None
    given = _longest(scope.writable, real, trail)
    at_home = is_inside(scope.own, real, trail)
    if not at_home and not (given and is_inside(scope.agents, given, ancestors(given))):
        return NotWritable(DenialCode.PROTECTED, "it belongs to the engine or to another agent")
    return _engines_name(scope, real)


def _engines_name(scope: WriteScope, real: str) -> NotWritable | None:
    """Names below `agents` that are the engine's, and directories of agents below this one."""
    names = _names_below(scope.agents, real)
    deep = len(_names_below(scope.agents, scope.own))
    place = scope.agents
    for depth, name in enumerate(names):
        key = twin_key(name)
        if key == ".run":
            return NotWritable(DenialCode.PROTECTED, ".run belongs to the engine")
        if key == "log" and twin_key("".join(names[depth + 1 : depth + 2])).startswith(LOGGED):
            return NotWritable(DenialCode.PROTECTED, "the logs of an agent are written by its keeper")
        if key in UNSEARCHED:
            return None  # no agents, and none of their files, are looked for in there
        if key in ENGINES and depth == len(names) - 1:
            return NotWritable(DenialCode.PROTECTED, f"{key} of an agent is written by the engine")
        place = os.path.join(place, name)
        if depth >= deep and is_inside(scope.own, place, ancestors(place)) and _is_agent(place):
            return NotWritable(DenialCode.PROTECTED, "it is in the directory of an agent below you")
    return None


def _is_agent(directory: str) -> bool:
    return os.path.lexists(os.path.join(directory, "agent.json"))


def _names_below(root: str, real: str) -> list[str]:
    """The names between a directory and a path in it, however the directory is spelt in that path."""
    names: list[str] = []
    while real != root and os.path.dirname(real) != real:
        try:
            if os.path.samefile(real, root):
                break
        except OSError:
            pass  # it is still to be made
        real, name = os.path.split(real)
        names.append(name)
    return names[::-1]


def covers(scope: WriteScope, real: str) -> NotWritable | None:
    """Why a whole tree may not be moved or removed; None where nothing of the engine's is in it."""
    for inner in (scope.own, scope.agents, scope.policy, *scope.protected):
        if is_inside(real, inner, ancestors(inner)):
            return NotWritable(DenialCode.PROTECTED, "files of the engine are in it")
    return None


def _outside(scope: WriteScope, real: str) -> NotWritable | None:
    if not scope.held:
        return None
    trail = ancestors(real)
    if any(is_inside(allowed, real, trail) for allowed in scope.writable):
        return None
    return NotWritable(DenialCode.OUTSIDE, f"{real} is outside of what you may write")


def _second_name(scope: WriteScope, real: str) -> NotWritable | None:
    """A hard link looks like a file of one's own and is another one's."""
    try:
        found = os.lstat(real)
    except OSError:
        return None
    if found.st_nlink < 2 or not stat.S_ISREG(found.st_mode):
        return None
    if scope.held:
        return NotWritable(
            DenialCode.SECOND_NAME, "it has a second name (hard link), so that writing it changes another file"
        )
    wanted = (found.st_dev, found.st_ino)
    if wanted in _identities(scope):
        return NotWritable(DenialCode.SECOND_NAME, "it is a second name (hard link) of a file of the engine")
    return None


def _identities(scope: WriteScope) -> set[tuple[int, int]]:
    """The engine's files in the protected paths, one level deep."""
    found: set[tuple[int, int]] = set()
    swarm = os.path.dirname(scope.agents)
    for path in (scope.policy, swarm, os.path.join(swarm, "revs"), *scope.protected):
        try:
            about = os.stat(path)
            found.add((about.st_dev, about.st_ino))
            if not stat.S_ISDIR(about.st_mode):
                continue
            with os.scandir(path) as entries:
                for entry in entries:
                    found.add((about.st_dev, entry.inode()))
                    if len(found) > MAX_SECOND_NAMES:
                        break
        except OSError:
            continue
    return found


def ancestors(real: str) -> tuple[tuple[int, int], ...]:
    """Device and inode of a path and of every directory above it, where they exist."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            about = os.stat(real)
            found.append((about.st_dev, about.st_ino))
        except OSError:
            pass  # it is still to be made, or may not be looked at
        above = os.path.dirname(real)
        if above == real:
            return tuple(found)
        real = above


def is_inside(root: str, real: str, trail: Iterable[tuple[int, int]], *, loosely: bool = False) -> bool:
    """Whether `real` is `root` or lies below it. trail: `ancestors(real)`. loosely: case does not count."""
    if _below(root, real) or (loosely and _below(twin_key(root), twin_key(real))):
        return True
    try:
        about = os.stat(root)
    except OSError:
        return False
    return (about.st_dev, about.st_ino) in trail


def _below(root: str, real: str) -> bool:
    return real == root or real.startswith(root.rstrip("/") + "/")


def _longest(roots: Iterable[str], real: str, trail: Iterable[tuple[int, int]], *, loosely: bool = False) -> str:
    """The nearest of the roots around a path; '' where there is none."""
    return max((root for root in roots if is_inside(root, real, trail, loosely=loosely)), key=len, default="")
