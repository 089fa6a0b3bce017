"""Finds the home that a command works on, and the agents below `swarm/agents/`: one rule for every search."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from swarm.errors import Code, NotFound
from swarm.protocol.names import UNSEARCHED
from swarm.protocol.paths import AGENT_FILES, POLICY_FILE, Layout
from swarm.protocol.working_directory import named_directory

MAX_DEPTH = 24
MAX_DIRECTORIES = 50_000
FOREIGN_DEPTH = 3
"""How many directories deep the first agent of a foreign tree may lie."""
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


def find_home(given: str | os.PathLike[str] | None, env: Mapping[str, str], cwd: Path) -> Layout:
    """The home that a command works on: `-C DIR`, else $SWARM_HOME, else the nearest upwards with a swarm.toml.

    A directory without swarm.toml is a foreign tree where DIR, DIR/swarm or DIR/swarm/agents holds agents.
    Returns its layout; raises NotFound with code `no-home` where there is neither.
    """
    named = given or env.get("SWARM_HOME")
    if named:
        root = named_directory(named, cwd)
        found = _home_at(root)
        if found is not None:
            return found
        raise NotFound(
            f"No swarm home at {str(root)!r}.",
            "There is no swarm.toml, and no agents, in it." if root.is_dir() else "There is no such directory.",
            f"Make one with: swarm-tui init {str(root)!r}",
            code=Code.NO_HOME,
        )
    for directory in (cwd, *cwd.parents):
        if (directory / POLICY_FILE).is_file():
            return Layout(directory)
    raise NotFound(
        "No swarm home here.",
        f"Neither {str(cwd)!r}{'' if cwd.is_dir() else ', which is gone,'} nor a directory above it has a swarm.toml,"
        " and SWARM_HOME is not set.",
        "Make one with: swarm-tui init    or name one with: swarm-tui -C DIR    or look around with: swarm-tui demo",
        code=Code.NO_HOME,
    )


def _home_at(root: Path) -> Layout | None:
    if (root / POLICY_FILE).is_file():
        return Layout(root)
    for agents in (root / "swarm" / "agents", root / "swarm", root):
        layout = Layout(root, agents=agents, foreign=True)
        if any(walk(layout, depth=FOREIGN_DEPTH)):
            return layout
    return None
