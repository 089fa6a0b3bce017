"""Which directories below `swarm/agents/` are agents, and which are searched for them: one rule for every search."""

import os
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from swarm.protocol.names import UNSEARCHED
from swarm.protocol.paths import AGENT_FILES, Layout

MAX_DEPTH = 24
MAX_DIRECTORIES = 50_000
_AGENT_FILES = frozenset(AGENT_FILES)


def is_agent(names: Iterable[str]) -> bool:
    """Whether a directory that holds these names is an agent's: one of the protocol's files lies in it."""
    return not _AGENT_FILES.isdisjoint(names)


def is_searched(name: str, ignore: Iterable[str] = ()) -> bool:
    """Whether agents are looked for in a directory of this name. ignore: patterns of `[watch] ignore` in swarm.toml."""
    return name not in UNSEARCHED and not any(fnmatchcase(name, pattern) for pattern in ignore)


def walk(layout: Layout, ignore: Collection[str] = (), *, depth: int = MAX_DEPTH) -> Iterator[str]:
    """The ids of all agents that lie up to `depth` directories deep, parents first, siblings by name.

    Links are never followed, nothing is opened. What cannot be listed is passed over: the scan shows it.
    """
    pending = [(layout.agents, 0)]
    seen = 0
    while pending:
        directory, level = pending.pop()
        try:
            with os.scandir(directory) as entries:
                children = list(entries)
        except OSError:
            continue
        if level and is_agent(entry.name for entry in children):
            yield layout.id_of(directory)
        if level >= depth or seen > MAX_DIRECTORIES:
            continue
        inner = [entry for entry in children if is_searched(entry.name, ignore) and entry.is_dir(follow_symlinks=False)]
        seen += len(inner)
        pending.extend((Path(entry.path), level + 1) for entry in sorted(inner, key=_name, reverse=True))


def _name(entry: "os.DirEntry[str]") -> str:
    return entry.name
