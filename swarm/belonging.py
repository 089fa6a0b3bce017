"""Which home a process was started for: a copied home has a ledger that names its original's processes."""

import os
from collections.abc import Iterable
from pathlib import Path

from swarm import kernel
from swarm.discovery import marked
from swarm.identity import look
from swarm.layout import POLICY_FILE, Layout
from swarm.model import Liveness, Record


def home_of(layout: Layout, record: Record) -> str:
    """The other home that an agent's living keeper or program belongs to, '' where they are this one's.

    A home that was moved, or is reached by another path, is the one its agents were started in.
    """
    return _elsewhere(layout, _alive(record))


def home_of_leftovers(layout: Layout, record: Record) -> str:
    """The same by whatever carries its marker, where neither keeper nor program lives. Looks at every process."""
    living = _alive(record)
    return _elsewhere(layout, living or [found.pid for found in marked(record.spawn_id)])


def is_here(layout: Layout, path: str) -> bool:
    """Whether a path means this home."""
    root = str(layout.root)
    if path == root:
        return True
    try:
        return bool(path) and os.path.samefile(path, root)
    except OSError:
        return False


def _alive(record: Record) -> list[int]:
    known = (identity for identity in (record.keeper, record.process) if identity is not None)
    return [identity.pid for identity in known if look(identity) is Liveness.ALIVE]


def _elsewhere(layout: Layout, pids: Iterable[int]) -> str:
    for pid in pids:
        environment = kernel.environ(pid)
        theirs = environment.get("SWARM_HOME", "") if environment is not None else ""
        if theirs and not is_here(layout, theirs) and Path(theirs, POLICY_FILE).is_file():
            return theirs
    return ""
