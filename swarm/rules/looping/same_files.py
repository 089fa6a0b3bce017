"""Which files of one repository several agents change, each in its own worktree: seen before they are merged."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from swarm.model.repository import Changes, Worktree
from swarm.sanitize import clean

SHOWN = 3


class Work(NamedTuple):
    """A worktree and what is changed in it."""

    worktree: Worktree
    changes: Changes


def same_files(works: Mapping[str, Work]) -> Mapping[str, tuple[str, ...]]:
    """For each agent, by id, a sentence for each other agent that changes a file which it changes, too."""
    changing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for agent_id in sorted(works):
        work = works[agent_id]
        for file in work.changes.files:
            changing[work.worktree.common, file.path].append(agent_id)
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (_, path), agents in changing.items():
        for one in agents:
            for other in agents:
                if one != other:
                    shared[one, other].append(path)
    said: dict[str, list[str]] = defaultdict(list)
    for (one, other), paths in shared.items():
        said[one].append(f"{_named(paths)} also changed by {other} (branch {works[other].worktree.branch})")
    return {agent_id: tuple(texts) for agent_id, texts in said.items()}


def _named(paths: list[str]) -> str:
    shown = ", ".join(clean(path, 120) for path in paths[:SHOWN])
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"{shown}{more} {'is' if len(paths) == 1 else 'are'}"
