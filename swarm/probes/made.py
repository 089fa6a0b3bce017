"""What an agent has made that declares no outputs: new files where it works, and where it alone may write."""

import os
from collections.abc import Iterator
from pathlib import Path

from swarm.model.agent import AgentSpec
from swarm.model.reports import Counted
from swarm.probes.outputs import OURS, PASSED_BY, SPAWN_SLACK_S, Budget, counted, note
from swarm.protocol.find import VERSIONED
from swarm.protocol.paths import AGENT_FILES, Layout
from swarm.tracking.contents import Contents

MAX_ENTRIES = 4000
MAX_DEPTH = 12
_NOT_ITS_OWN = frozenset({*AGENT_FILES, *VERSIONED})
_TRACES = (".log", ".pid", ".lock", ".tmp", ".swp", "~")
"""Files that show that a program runs, and nothing of what comes of it."""


def made_by(layout: Layout, agent_id: str, spec: AgentSpec, spawned_at: float, contents: Contents) -> Counted:
    """Counts the files in an agent's directory, in its working directory and in what it owns that changed since.

    Directories of other agents, repositories that it cloned and logs are left out. spawned_at: wall seconds.
    """
    since = (spec.outputs_since or spawned_at) - SPAWN_SLACK_S
    budget = Budget(MAX_ENTRIES)
    found: dict[str, os.stat_result] = {}
    for place in dict.fromkeys(_places(layout, agent_id, spec)):
        for path in _files(place, os.path.join(layout.root, "swarm"), budget):
            if path not in found:
                note(path, since, found)
    return counted(found, contents, cut=budget.spent)


def _places(layout: Layout, agent_id: str, spec: AgentSpec) -> Iterator[str]:
    yield os.path.normpath(layout.agent(agent_id).path)
    if spec.cwd:
        yield os.path.normpath(layout.root / spec.cwd)
    for owned in spec.owns:
        yield os.path.normpath(layout.root / owned.rstrip("*"))


def _files(start: str, engine: str, budget: Budget) -> Iterator[str]:
    """The files below a place, or the file that it is. engine: the directory of the home's own files."""
    if os.path.isfile(start) and not os.path.islink(start):
        yield start
        return
    stack = [(start, 0)]
    while stack and not budget.spent:
        directory, depth = stack.pop()
        names, below = _listed(directory, budget)
        if depth and not _NOT_ITS_OWN.isdisjoint((*names, *below)):
            continue  # another agent, or the work of others
        yield from (f"{directory}/{name}" for name in names if name not in OURS and not name.endswith(_TRACES))
        if depth < MAX_DEPTH:
            inner = (f"{directory}/{name}" for name in below if name not in PASSED_BY)
            stack += [(path, depth + 1) for path in inner if path != engine]


def _listed(directory: str, budget: Budget) -> tuple[set[str], list[str]]:
    """Files and directories of a directory, links left out."""
    files: set[str] = set()
    below: list[str] = []
    try:
        with os.scandir(Path(directory)) as entries:
            for entry in entries:
                budget.left -= 1
                if budget.spent:
                    break
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.name)
                elif not entry.is_symlink():
                    files.add(entry.name)
    except OSError:  # gone, or not ours to list: nothing can be counted there
        return files, below
    return files, below
