"""Where an agent works, and where one that is held to its scope may write."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from swarm.errors import SwarmError
from swarm.model.agent import AgentSpec
from swarm.model.repository import SHADOWS
from swarm.protocol.paths import AgentDir, Layout
from swarm.store import reader

LINUX = sys.platform.startswith("linux")
MAX_IGNORED = 64 << 10


def working_directory(spec: AgentSpec, layout: Layout, agent: AgentDir) -> Path:
    """Where the agent works: `cwd` of its spec, relative to the home; its own directory where that is empty."""
    return layout.root / spec.cwd if spec.cwd else agent.path


def worktree_of(spec: AgentSpec, layout: Layout) -> Path | None:
    """The worktree that is its own."""
    return layout.root / spec.worktree.path if spec.worktree is not None else None


def owned(spec: AgentSpec, layout: Layout) -> tuple[Path, ...]:
    """What an agent that is held to its paths may write beside its own directory.

    All of its worktree, of which it alone has the use: builds write where they like in it. What it owns there is what
    of it can be merged.
    """
    own = worktree_of(spec, layout)
    paths = [layout.root / path for path in spec.owns]
    return (*((own,) if own is not None else ()), *(path for path in paths if own is None or not _in(path, own)))


def git_writes(spec: AgentSpec) -> tuple[Path, ...]:
    """Where git writes when an agent commits in its worktree: none of hooks, settings and branches of others."""
    if spec.worktree is None:
        return ()
    common = Path(spec.worktree.common)
    branch = Path(spec.worktree.branch).parent
    inner = ("objects", f"worktrees/{spec.worktree.name}", f"refs/heads/{branch}", f"logs/refs/heads/{branch}")
    return tuple(common / each for each in inner)


def git_keeps(spec: AgentSpec) -> tuple[Path, ...]:
    """What of that no agent may write: it would say which settings git goes by, and those name commands."""
    if spec.worktree is None:
        return ()
    directory = Path(spec.worktree.common) / "worktrees" / spec.worktree.name
    return tuple(directory / name for name in ("commondir", "gitdir", "config.worktree"))


def unseen_by_git(spec: AgentSpec, agent: AgentDir, environment: Mapping[str, str]) -> dict[Path, bytes]:
    """The file that keeps git from adding what only a sandbox shows at the top of a worktree, which Linux's does.

    It stands in for the operator's own, at its usual place, whose patterns it repeats.
    """
    if spec.worktree is None or not LINUX:
        return {}
    place = environment.get("XDG_CONFIG_HOME") or os.path.join(environment.get("HOME", "/"), ".config")
    try:
        read = reader.read_head(Path(place) / "git" / "ignore", MAX_IGNORED)
    except SwarmError:
        read = None
    own = read.data if read is not None else b""
    return {_excluded(agent): own + b"\n" + "".join(f"/{name}\n" for name in sorted(SHADOWS)).encode()}


def git_settings(spec: AgentSpec, agent: AgentDir, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables that have git go by that file, after what the operator's variables set."""
    if spec.worktree is None or not LINUX:
        return {}
    count = inherited.get("GIT_CONFIG_COUNT", "")
    number = int(count) if count.isascii() and count.isdigit() else 0
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": "core.excludesFile",
        f"GIT_CONFIG_VALUE_{number}": str(_excluded(agent)),
    }


def _excluded(agent: AgentDir) -> Path:
    return agent.run / "git-exclude"


def _in(path: Path, place: Path) -> bool:
    return path.is_relative_to(place)
