"""The archive on disk: one directory for each agent that was put away, as it was, with all that lies in it."""

import os
from collections.abc import Iterator
from pathlib import Path

from swarm.protocol.agent_files import read_spec
from swarm.protocol.numbered import free_beside, is_free
from swarm.protocol.paths import AgentDir, Layout


def place_for(layout: Layout, name: str, spawn_id: str) -> Path:
    """The place of an agent in the archive, which no other one has: its name comes back, its spawn id does not."""
    wanted = layout.archive / f"{name}.{spawn_id}"
    return wanted if is_free(wanted) else free_beside(wanted)


def archived_directories(layout: Layout) -> Iterator[AgentDir]:
    """The directories in the archive that are agents', by name; what else lies there is passed over."""
    try:
        with os.scandir(layout.archive) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in names:
        agent = AgentDir(layout.archive / name)
        if read_spec(agent).value is not None:
            yield agent
