"""Running the real command, as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from swarm.protocol.paths import Layout

USUAL_ROLES = ("worker", "idea-meta")
COMMAND = str(Path(sys.executable).with_name("swarm-tui"))


class Ran(NamedTuple):
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as the one JSON object that it must be."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, without what marks an agent or a home, and with `more`."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("SWARM_", "NO_COLOR"))}
    return {**env, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", **(more or {})}


def swarm_tui(
    *words: str,
    home: Path | None = None,
    cwd: Path | None = None,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Ran:
    """Runs `swarm-tui` with these words. home: `-C`. stdin: the text it can read. env: variables on top."""
    argv = [COMMAND, *(("-C", str(home)) if home is not None else ()), *words]
    ran = subprocess.run(
        argv,
        input=stdin.encode(),
        capture_output=True,
        cwd=cwd,
        env=environment(env),
        timeout=timeout,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def spawned(home: Path, name: str, *, role: str = "worker", parent: str | None = None) -> None:
    """Has an agent that sleeps spawned here and now, for tests in which that is not what is tested."""
    from swarm.api import Swarm
    from swarm.model.agent import Acceptance
    from swarm.model.requests import SpawnRequest

    outcomes = (Acceptance("summary.md is there"),)
    asked = SpawnRequest(name=name, role=role, task="t", parent=parent, accept=outcomes, command=("sleep", "600"))
    Swarm.open(home).spawn(asked)


def agent_environment(home: Path, agent_id: str) -> dict[str, str]:
    """What the verbs of this agent would see in their environment."""
    spec = json.loads(Layout(home).agent(agent_id).spec.read_text())
    return {"SWARM_HOME": str(home), "SWARM_AGENT": agent_id, "SWARM_SPAWN": str(spec["spawn_id"])}


def home_with(home: Path, directory: str) -> None:
    """Puts a foreign agent of this directory name into the home, whatever the name is."""
    agent = os.path.join(str(home), "swarm", "agents", directory)
    os.mkdir(agent)
    Path(agent, "progress.md").write_text("2026-02-28 09:33 - Writing.\n")


@contextmanager
def made_home(root: Path) -> Iterator[Path]:
    """A home as `init` makes it; whatever runs in it is stopped at the end."""
    from swarm.api import Swarm
    from swarm.protocol.roles import load_role
    from swarm.verbs.init import init

    init(root)
    home = Swarm.open(root).home
    with home.checked() as checked:  # by the first process that spawns it would take a third of a second, in each home
        for role in USUAL_ROLES:
            load_role(home.layout, role, checked)
    policy = (root / "swarm.toml").read_bytes()
    try:
        yield root
    finally:
        (root / "swarm.toml").write_bytes(policy)
        Swarm.open(root).kill(["genesis-01"], reason="the test is over", grace=0.0)
