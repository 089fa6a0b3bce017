"""Carrying an agent's work over into a new run of its session: all that is its own stays where the session left it."""

import os
from pathlib import Path

from swarm.protocol.paths import OF_ONE_SPAWN
from swarm.store import writer


def carry_over(old: Path, new: Path) -> None:
    """Moves all that lies in `old` and is not about one spawn alone into `new`; a name that is taken there stays.

    What lies in it goes with a directory: outputs, a repository, the directories of agents that ended below it.
    Raises SwarmError.
    """
    try:
        for name in sorted(os.listdir(old)):
            if name not in OF_ONE_SPAWN and not os.path.lexists(new / name):
                os.rename(old / name, new / name)
    except OSError as error:
        raise writer.explain(error, old) from error
