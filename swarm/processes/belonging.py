"""Which home an agent's processes belong to, where a home was moved or copied under them."""

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from swarm import platform
from swarm.model.agent import Liveness
from swarm.model.record import Record
from swarm.processes.identity import look
from swarm.processes.members import marked
from swarm.protocol.paths import POLICY_FILE, Layout


class Origin(NamedTuple):
    """Where an agent was started that is looked at in another place."""

    home: str
    """The home that it was started in, or that its processes belong to."""
    copied: bool
    """That one is still a home, and this one its copy; else this one was moved from there."""


def origin_of(layout: Layout, record: Record) -> Origin | None:
    """Where a living agent was started; None where it was here, and where none of its processes lives."""
    pids = _alive(record)
    homes = _started_in(pids)
    if theirs := _elsewhere(layout, record, pids, homes):
        return Origin(theirs, copied=True)
    return Origin(homes[0], copied=False) if homes and not is_here(layout, homes[0]) else None


def home_of(layout: Layout, record: Record) -> str:
    """The other home that an agent's living keeper or program belongs to, '' where they are this one's.

    A home that was moved, or is reached by another path, is the one its agents were started in.
    """
    pids = _alive(record)
    return _elsewhere(layout, record, pids, _started_in(pids))


def home_of_leftovers(layout: Layout, record: Record) -> str:
    """The same by whatever carries its marker, where neither keeper nor program lives. Looks at every process."""
    pids = _alive(record) or [found.pid for found in marked(record.spawn_id)]
    return _elsewhere(layout, record, pids, _started_in(pids))


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


def _started_in(pids: Iterable[int]) -> list[str]:
    """The homes that processes were started in, where they tell."""
    told = ((platform.environ(pid) or {}).get("SWARM_HOME", "") for pid in pids)
    return [home for home in told if home]


def _elsewhere(layout: Layout, record: Record, pids: Collection[int], homes: Iterable[str]) -> str:
    # The directory that its keeper holds open is the better witness: it follows a move, and no copy has it.
    if record.keeper is not None and record.keeper.pid in pids:
        held = _held(layout, record, record.keeper.pid)
        if held is not None:
            return held
    for theirs in homes:
        if not is_here(layout, theirs) and Path(theirs, POLICY_FILE).is_file():
            return theirs
    return ""


def _held(layout: Layout, record: Record, keeper: int) -> str | None:
    """The home whose directory of this agent its keeper holds, '' for this one; None where that is not to be seen."""
    own = layout.agent(record.id).path
    inner = os.sep + str(own.relative_to(layout.root))
    for path in platform.open_directories(keeper):
        try:
            if os.path.samefile(path, own):
                return ""
        except OSError:
            continue  # the one or the other is gone
        home = path.removesuffix(inner)
        if home != path and Path(home, POLICY_FILE).is_file():
            return home
    return None
