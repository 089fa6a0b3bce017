"""Which home a command works on."""

import os
from collections.abc import Mapping
from pathlib import Path

from swarm.errors import Code, NotFound
from swarm.protocol.agent_dirs import walk
from swarm.protocol.paths import POLICY_FILE, Layout

FOREIGN_DEPTH = 3
"""How many directories deep the first agent of a foreign tree may lie."""


def find_home(given: str | os.PathLike[str] | None, env: Mapping[str, str], cwd: Path) -> Layout:
    """The home that a command works on: `-C DIR`, else $SWARM_HOME, else the nearest upwards with a swarm.toml.

    A directory without swarm.toml is a foreign tree where DIR, DIR/swarm or DIR/swarm/agents holds agents.
    Returns its layout; raises NotFound with code `no-home` where there is neither.
    """
    named = given or env.get("SWARM_HOME")
    if named:
        root = Path(named).expanduser().absolute()
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
        f"Neither {str(cwd)!r} nor a directory above it has a swarm.toml, and SWARM_HOME is not set.",
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
