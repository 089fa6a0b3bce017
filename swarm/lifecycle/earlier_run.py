"""An agent's earlier run: its directory is kept as NAME.1, NAME.2, ..., and comes back where no new run follows.

The new run's reservation stands in the ledger before anything is moved: whoever finds its starter dead knows by
`respawn_of` what to look for, and puts it back.
"""

import os
from contextlib import suppress
from pathlib import Path

from swarm.errors import Code, Refused
from swarm.lifecycle.carry_over import carry_over
from swarm.protocol import agent_environment
from swarm.protocol.agent_files import read_spec
from swarm.protocol.numbered import free_beside, numbered
from swarm.protocol.paths import AgentDir
from swarm.store import writer

LONGEST_NAME = 64


def free_name(agent: AgentDir) -> Path:
    """Where the agent's directory as it is now is kept once a new run begins."""
    return free_beside(agent.path, LONGEST_NAME)


def move_aside(agent: AgentDir, kept: Path, spawn_id: str) -> None:
    """Moves the directory of the run with this spawn id. Raises Refused `exists` where another was faster."""
    spec = read_spec(agent).value
    if spec is None or spec.spawn_id != spawn_id:
        raise Refused(
            Code.EXISTS,
            f"Another process starts {agent.path.name!r} again at this moment.",
            "Its directory has just moved.",
        )
    try:
        os.rename(agent.path, kept)
    except OSError as error:
        raise writer.explain(error, agent.path) from error


def put_back(agent: AgentDir, spawn_id: str) -> None:
    """The directory of the run with this spawn id is in its place again, with all that was carried over out of it.

    Does nothing where it was not moved. What the new run made must be cleared away before.
    """
    kept = find(agent, spawn_id)
    if kept is None:
        return
    if agent.path.exists():
        carry_over(agent.path, kept.path)
        with suppress(OSError):
            agent.path.rmdir()
    if not os.path.lexists(agent.path):
        os.rename(kept.path, agent.path)


def hand_over_environment(agent: AgentDir, spawn_id: str) -> None:
    """The new run has the environment, and one place is enough for keys of services: the earlier one's goes."""
    kept = find(agent, spawn_id)
    if kept is not None:
        agent_environment.remove(kept.environment)


def find(agent: AgentDir, spawn_id: str) -> AgentDir | None:
    """The directory that is kept of a run, by its spawn id; None where it was not moved."""
    if not spawn_id:
        return None
    with suppress(OSError), os.scandir(agent.path.parent) as entries:
        for entry in entries:
            number = entry.name.rpartition(".")[2]
            one_of_them = (
                number.isascii()
                and number.isdigit()
                and entry.name == numbered(agent.path, int(number[:9]), LONGEST_NAME).name
            )
            if one_of_them and entry.is_dir(follow_symlinks=False):
                kept = AgentDir(agent.path.with_name(entry.name))
                spec = read_spec(kept).value
                if spec is not None and spec.spawn_id == spawn_id:
                    return kept
    return None
