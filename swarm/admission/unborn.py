"""Directories of spawns that died just after making them: no file is in them yet, and their names are free."""

import os
from contextlib import suppress

from swarm.protocol.paths import AgentDir
from swarm.store import writer


def is_unborn(agent: AgentDir) -> bool:
    """Whether the directory is there and holds nothing but what a spawn makes before its spec."""
    made_first = {agent.run.name, agent.log.name}
    try:
        own = {name for name in os.listdir(agent.path) if not writer.is_temp(name)}
        return own <= made_first and not any(os.listdir(agent.path / inner) for inner in own)
    except OSError:
        return False


def remove_unborn(agent: AgentDir) -> None:
    """Removes it, with the temp files of whoever died; what others put there stays, with the directory."""
    if os.path.lexists(agent.spec):
        return
    writer.sweep_temps(agent.path, 0.0)
    for empty in (agent.run, agent.log, agent.path):
        with suppress(OSError):
            empty.rmdir()
