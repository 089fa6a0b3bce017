"""Finds the home that a command works on, and the agents below `swarm/agents/`: one rule for every search."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from swarm.errors import Code, NotFound, SwarmError
from swarm.protocol.names import UNSEARCHED, check_id
from swarm.protocol.paths import AGENT_FILES, POLICY_FILE, Layout
from swarm.protocol.working_directory import named_directory
from swarm.store.reader import read_json

MAX_DEPTH = 24
MAX_DIRECTORIES = 50_000
FOREIGN_DEPTH = 3
"""How many directories deep the first agent of a foreign tree may lie."""
_AGENT_FILES = frozenset(AGENT_FILES)
SPEC, ENGINES = "agent.json", ".run"
"""What the engine puts into the directory of each of its agents."""
VERSIONED = frozenset({".git", ".hg", ".svn", ".jj", POLICY_FILE})
"""Names that make a directory a checkout (of a submodule too), or another home."""
PROJECT = frozenset(
    {
        *("package.json", "pyproject.toml", "setup.py", "Cargo.toml", "go.mod", "pom.xml", "build.gradle"),
        *("composer.json", "Gemfile", "CMakeLists.txt", "mix.exs", "PKG-INFO", "LICENSE"),
    }
)
"""Names that make a directory below an agent a project of others: a clone without its history, an unpacked archive."""
OUTPUT_OF_TOOLS = frozenset({"vendor", ".venv", "venv", "target", "dist", "build", "third_party", "site-packages"})


class Place(NamedTuple):
    """Where a directory lies. below_agent: in an agent's directory, at any depth. alien: in documents of others.

    In documents of others only what our own agent.json vouches for is an agent, and nothing is searched but what lies
    in an agent's directory itself, where its children are.
    """

    below_agent: bool = False
    alien: bool = False


TOP = Place()
_INSIDE = {alien: Place(below_agent=True, alien=alien) for alien in (False, True)}


def is_agent(names: Iterable[str]) -> bool:
    """Whether a directory that holds these names is an agent's: one of the protocol's files lies in it."""
    return not _AGENT_FILES.isdisjoint(names)


def judge(place: Place, name: str, path: str, names: Collection[str]) -> tuple[bool, Place | None]:
    """Whether a directory is an agent's, and the place of what lies in it; None where that is not searched.

    place: where it lies. name, path: its own. names: what lies in it.
    """
    alien = place.alien or (place.below_agent and (name in OUTPUT_OF_TOOLS or name.startswith(".")))
    versioned = not VERSIONED.isdisjoint(names)
    doubtful = alien or (place.below_agent and (versioned or not PROJECT.isdisjoint(names)))
    if is_agent(names) and (not doubtful or ENGINES in names or (SPEC in names and _is_ours(path, name))):
        return True, _INSIDE[versioned or place.alien]
    return False, None if doubtful else place


def _is_ours(path: str, name: str) -> bool:
    """Whether the engine wrote the agent.json of a directory: other programs have files of that name."""
    try:
        spec = read_json(Path(path) / SPEC) or {}
    except SwarmError:
        return True  # what is wrong with it is said on the agent's row
    return isinstance(spec.get("spawn_id"), str) and str(spec.get("id")).rpartition("/")[2] == name


def is_searched(name: str, ignore: Iterable[str] = ()) -> bool:
    """Whether agents are looked for in a directory of this name. ignore: patterns of `[watch] ignore` in swarm.toml."""
    return name not in UNSEARCHED and not any(fnmatchcase(name, pattern) for pattern in ignore)


def walk(layout: Layout, ignore: Collection[str] = (), *, depth: int = MAX_DEPTH) -> Iterator[str]:
    """The ids of all agents that lie up to `depth` directories deep, parents first, siblings by name.

    Links are never followed, nothing is opened. What cannot be listed is passed over: the scan shows it.
    """
    pending = [(layout.agents, 0, TOP)]
    seen = 0
    while pending:
        directory, level, place = pending.pop()
        try:
            with os.scandir(directory) as entries:
                children = list(entries)
        except OSError:
            continue
        inside: Place | None = place
        if level:
            agent, inside = judge(place, directory.name, os.fspath(directory), {entry.name for entry in children})
            if agent:
                yield layout.id_of(directory)
        if inside is None or level >= depth or seen > MAX_DIRECTORIES:
            continue
        inner = [entry for entry in children if is_searched(entry.name, ignore) and entry.is_dir(follow_symlinks=False)]
        seen += len(inner)
        pending.extend((Path(entry.path), level + 1, inside) for entry in sorted(inner, key=_name, reverse=True))


def _name(entry: "os.DirEntry[str]") -> str:
    return entry.name


def find_home(given: str | os.PathLike[str] | None, env: Mapping[str, str], cwd: Path) -> Layout:
    """The home that a command works on: `-C DIR`, else $SWARM_HOME, else the nearest upwards with a swarm.toml.

    A directory without swarm.toml and ledger is a foreign tree where DIR, DIR/swarm or DIR/swarm/agents holds agents.
    Returns its layout; raises NotFound with code `no-home` where there is neither.
    """
    named = given or env.get("SWARM_HOME")
    if named:
        root = named_directory(named, cwd)
        found = _home_at(root)
        if found is not None:
            return found
        if not given and (moved := _moved_home(env, cwd)) is not None:
            return moved
        raise NotFound(
            f"No swarm home at {str(root)!r}.",
            "There is no swarm.toml, and no agents, in it." if root.is_dir() else "There is no such directory.",
            f"Make one with: swarm-tui init {str(root)!r}",
            code=Code.NO_HOME,
        )
    for directory in (cwd, *cwd.parents):
        if _is_home(directory):
            return Layout(directory)
    raise NotFound(
        "No swarm home here.",
        f"Neither {str(cwd)!r}{'' if cwd.is_dir() else ', which is gone,'} nor a directory above it has a swarm.toml,"
        " and SWARM_HOME is not set.",
        "Make one with: swarm-tui init    or name one with: swarm-tui -C DIR    or look around with: swarm-tui demo",
        code=Code.NO_HOME,
    )


def _moved_home(env: Mapping[str, str], cwd: Path) -> Layout | None:
    """The home of the calling agent, where it is no longer at the place in SWARM_HOME: found by where the agent is.

    That is the home above its working directory, else the one whose directory of it a keeper above it holds open.
    Whether the agent is known there is for `calling` to check.
    """
    try:
        agent = check_id(env.get("SWARM_AGENT", ""))
    except SwarmError:
        return None
    above = next((each for each in (cwd, *cwd.parents) if _is_home(each)), None)
    if above is not None and Layout(above).agent(agent).spec.is_file():
        return Layout(above)
    from swarm import platform  # only who has lost its home asks the kernel

    inner = os.sep + os.path.join("swarm", "agents", agent)
    pid: int | None = os.getppid()
    while pid and pid > 1:
        for path in platform.open_directories(pid):
            home = Path(path.removesuffix(inner))
            if path.endswith(inner) and _is_home(home):
                return Layout(home)
        pid = platform.parent(pid)
    return None


def _is_home(directory: Path) -> bool:
    """Whether it holds a swarm.toml, or a ledger: a home whose swarm.toml is gone is still one."""
    layout = Layout(directory)
    return layout.policy.is_file() or (layout.lock.is_file() and layout.revs.is_dir())


def _home_at(root: Path) -> Layout | None:
    if _is_home(root):
        return Layout(root)
    for agents in (root / "swarm" / "agents", root / "swarm", root):
        layout = Layout(root, agents=agents, foreign=True)
        if any(walk(layout, depth=FOREIGN_DEPTH)):
            return layout
    return None
