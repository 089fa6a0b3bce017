"""Temp files of killed writers: a heartbeat takes them away, wherever the engine and its keepers write."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from weakref import WeakKeyDictionary

from swarm.home.context import Home
from swarm.model.snapshot import Snapshot
from swarm.protocol.paths import AgentDir
from swarm.rules.archive import is_over
from swarm.scan.scanner import Scanner
from swarm.store.writer import sweep_temps

OLDEST_S = 60.0
"""No writer takes that long from a temp file to its rename: what is older was left by one that is dead."""
_swept: "WeakKeyDictionary[Scanner, float]" = WeakKeyDictionary()
"""Wall seconds of the machine at the last sweep with a scanner: file times are told by no other clock."""


def sweep(home: Home, scanner: Scanner, snapshot: Snapshot) -> int:
    """Returns how many went. snapshot: what this scanner has just seen of everything.

    Its first sweep opens every directory of every agent; later ones open those that changed since, for a temp file
    cannot come without that: of who has ended long ago, none.
    """
    # A period more than has passed: a clock may have been set back, and what was too young last time is old now.
    since = _swept.get(scanner, float("-inf")) - max(home.beat_period, 2 * OLDEST_S)
    _swept[scanner] = time.time()
    now = home.clock.wall()
    return sum(
        sweep_temps(place, OLDEST_S, now=now) for place in _places(home, _active(scanner, snapshot, since), since, now)
    )


def _active(scanner: Scanner, snapshot: Snapshot, since: float) -> list[str]:
    """The directories of agents that have not ended, or into which something came since then."""
    over = {view.id for view in snapshot.agents if is_over(view.record)}
    return [
        found.path
        for found in list(scanner.tree.directories.values())
        if found.is_agent and (found.id not in over or found.key is None or found.key[3] > since * 1e9)
    ]


def _places(home: Home, active: list[str], since: float, now: float) -> Iterator[Path]:
    """One after the other: of ten thousand agents the paths alone take thirteen MiB."""
    layout = home.layout
    yield from (layout.root, layout.swarm, layout.reserve, layout.roles, layout.templates, layout.waiting)
    yield layout.agents
    for path in active:
        yield from (place for place in _places_of(path) if _changed_since(place, since))
    # Those that were put away since the heartbeat before the last one: a rename is a change of their state.
    recent = now - 2 * home.beat_period
    with suppress(OSError), os.scandir(layout.archive) as entries:
        for each in entries:
            if each.stat(follow_symlinks=False).st_ctime > recent:
                yield from _places_of(each.path)


def _places_of(path: str) -> tuple[Path, ...]:
    agent = AgentDir(Path(path))
    return agent.path, agent.run, agent.log


def _changed_since(place: Path, wall: float) -> bool:
    try:
        return place.lstat().st_ctime > wall
    except OSError:
        return False
