"""What a process runs under, and what its keeper says of it. Light: agents' reports ask."""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from swarm import platform
from swarm.protocol.paths import MARKER

_KEEPER = os.path.join("swarm", "keeper", "__main__.py")


class Ancestor(NamedTuple):
    """A process that the caller runs under."""

    pid: int
    marker: str | None
    """'' where it has none; None where its environment cannot be read."""


def ancestors() -> Iterator[Ancestor]:
    """What this process runs under, nearest first, without init."""
    pid, seen = os.getppid(), {0, 1}
    while pid not in seen:
        seen.add(pid)
        environment = platform.environ(pid)
        yield Ancestor(pid, None if environment is None else environment.get(MARKER, ""))
        pid = platform.parent(pid) or 0


def bears_out(chain: Iterable[Ancestor], spawn_id: str) -> bool:
    """Whether the nearest keeper above is of this spawn, or no agent is above; by their looks, without the ledger."""
    for ancestor in chain:
        if ancestor.marker and _KEEPER in platform.command(ancestor.pid):
            return ancestor.marker == spawn_id
        if ancestor.marker not in (None, "", spawn_id):
            return False  # the ledger is asked
    return True
