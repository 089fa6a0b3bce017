"""What an agent has brought forth, counted by the engine: files that match its `outputs`, newer than its spawn.

By what is in them: the same bytes once more, a file that was touched, and an empty one are no output.
"""

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from os import lstat
from pathlib import Path

from swarm.injection.elsewhere import is_telling
from swarm.model.agent import AgentSpec
from swarm.model.reports import Counted
from swarm.protocol.find import VERSIONED
from swarm.protocol.paths import AGENT_FILES, Layout
from swarm.rules.looping.observation import CONTENT
from swarm.tracking.contents import Contents

MAX_ENTRIES = 20_000
MAX_DEPTH = 24
MAX_TELLING = 200
SPAWN_SLACK_S = 1.0
"""File systems round times; a file made right after the spawn may look a little older."""
OURS = frozenset({*AGENT_FILES, "inbox.md", "exit.json", "ended.json"})
PASSED_BY = frozenset({".git", "node_modules", ".run", "log"})
NOTHING = Counted(0, CONTENT, None)
_WILD = re.compile(r"[*?\[]")


def outputs_of(
    layout: Layout, agent_id: str, spec: AgentSpec, spawned_at: float, contents: Contents | None = None
) -> Counted:
    """Counts what an agent has brought forth since `spawned_at` (wall seconds), or since its session began.

    contents: what the caller knows of them from earlier counts.
    """
    base = layout.root / spec.cwd if spec.cwd else layout.agent(agent_id).path
    inside = layout.root if base.is_relative_to(layout.root) else base
    return count_outputs(spec.outputs, base, inside, (spec.outputs_since or spawned_at) - SPAWN_SLACK_S, contents)


def count_outputs(
    globs: Sequence[str], base: Path, home: Path, since: float, contents: Contents | None = None
) -> Counted:
    """Counts the files below `base` that match one of `globs` and changed at or after `since` (wall seconds).

    base: the agent's working directory; home: what no glob may lead out of. Links are not followed, and the files of
    the protocol itself do not count. Never raises for what lies on disk: what cannot be listed holds nothing.
    """
    found: dict[str, os.stat_result] = {}
    budget = Budget(MAX_ENTRIES)
    for glob in globs:
        start, pattern = _start_of(glob, base, home)
        if start is None:
            continue
        for path in _matching(start, pattern, budget):
            if path not in found:
                note(path, since, found)
    return counted(found, contents, cut=budget.spent)


def counted(found: dict[str, os.stat_result], contents: Contents | None, *, cut: bool) -> Counted:
    """The count of these files, by path."""
    key, newest = (contents or Contents()).take(found)
    telling = (name for name in map(os.path.basename, sorted(found)) if is_telling(name))
    return Counted(len(found), key, newest, cut, tuple(islice(telling, MAX_TELLING)))


class Budget:
    """How many directory entries may still be looked at."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    @property
    def spent(self) -> bool:
        return self.left <= 0


def note(path: str, since: float, found: dict[str, os.stat_result]) -> None:
    """Adds a file that has something in it, and has changed since."""
    if os.path.basename(path) in OURS:
        return
    try:
        stat = lstat(path)
    except OSError:
        return
    # The change time cannot be set back: a copy that keeps its old date is still new here.
    regular = (stat.st_mode & 0o170000) == 0o100000
    if regular and stat.st_size and max(stat.st_mtime, stat.st_ctime) >= since:
        found[path] = stat


def _start_of(glob: str, base: Path, home: Path) -> tuple[str | None, str]:
    """The directory in which a search begins (the glob's part without wildcards), and the rest of the glob."""
    if not glob or "\0" in glob or os.path.isabs(glob):
        return None, ""
    fixed: list[str] = []
    parts = [part for part in glob.split("/") if part not in ("", ".")]
    while parts and not _WILD.search(parts[0]):
        fixed.append(parts.pop(0))
    start = os.path.normpath(os.path.join(base, *fixed))
    inside = os.path.normpath(home)
    if ".." in parts or not _lies_in(start, inside):
        return None, ""
    known = os.path.normpath(base)
    if _leads_through_a_link(known if _lies_in(start, known) else inside, start):
        return None, ""
    return start, "/".join(parts)


def _lies_in(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _leads_through_a_link(known: str, path: str) -> bool:
    """Whether a directory between `known` and `path` is a link: what lies behind it need not be this agent's."""
    at = known
    for part in path[len(known) :].strip("/").split("/"):
        at = os.path.join(at, part)
        if os.path.islink(at):
            return True
    return False


def _matching(start: str, pattern: str, budget: Budget) -> Iterator[str]:
    if not pattern:  # a plain path: the file itself, or everything in that directory
        if not os.path.isdir(start):
            yield start
            return
        pattern = "**"
    matches = _compiled(pattern)
    deepest = MAX_DEPTH if "**" in pattern else pattern.count("/")
    stack = [("", 0)]
    while stack and not budget.spent:
        inner, depth = stack.pop()
        for name, is_directory in _entries(os.path.join(start, inner) if inner else start, budget, below=bool(inner)):
            relative = f"{inner}/{name}" if inner else name
            if is_directory:
                if depth < deepest and name not in PASSED_BY:
                    stack.append((relative, depth + 1))
            elif matches.match(relative):
                yield os.path.join(start, relative)


def _entries(directory: str, budget: Budget, *, below: bool) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if below and entry.name in VERSIONED:
                    return []  # what was cloned is the work of others
                budget.left -= 1
                if budget.spent:
                    break
                if not entry.is_symlink():
                    found.append((entry.name, entry.is_dir(follow_symlinks=False)))
    except OSError:  # gone, or not ours to list: nothing can be counted there
        return found
    found.sort()
    return found


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` and `?` stay within a name, `**` spans directories."""
    parts: list[str] = []
    for part in pattern.split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
            continue
        parts.append(_part(part) + "/")
    regex = "".join(parts)
    regex = regex.removesuffix("/") if not regex.endswith("(?:[^/]+/)*") else regex + "[^/]+"
    return re.compile(regex + r"\Z", re.DOTALL)


def _part(part: str) -> str:
    out, at = [], 0
    while at < len(part):
        char = part[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and (end := part.find("]", at + 1)) > 0:
            inner = part[at:end].replace("\\", "\\\\").replace("[", "\\[")
            out.append("[^" + inner[1:].lstrip("^") + "]" if inner.startswith("!") else f"[{inner}]")
            at = end + 1
        else:
            out.append(re.escape(char))
    return "".join(out)
