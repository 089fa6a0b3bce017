"""The whole output of an ended agent's program, read for the verdict on it and for what it used."""

import os
from collections import OrderedDict
from pathlib import Path

from swarm.home.context import Home
from swarm.model.activity import ActivityState
from swarm.model.record import Record
from swarm.programs.follower import LOOK_BYTES, Follower
from swarm.programs.registry import NewReader, new_reader_for

MAX_BYTES = 512 << 20
"""Of a longer output the rest is left unread, and what it used up is unknown."""
_KEPT = 32
_known: OrderedDict[tuple[str, int, int], ActivityState | None] = OrderedDict()


def last_words(home: Home, record: Record) -> ActivityState | None:
    """What its output adds up to; None where its program prints plain text, or where it cannot be read to its end.

    Asked for twice at every end (the verdict, and what is written down), and so remembered for a while.
    """
    new_reader = new_reader_for(record.program, home.policy)
    if new_reader is None:
        return None
    path = home.layout.agent(record.id).stdout
    key = _key(path)
    if key is None:
        return None
    if key not in _known:
        _known[key] = _read(path, new_reader, home.clock.wall())
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return _known[key]


def _key(path: Path) -> tuple[str, int, int] | None:
    try:
        state = os.lstat(path)
    except OSError:
        return None
    return os.fspath(path), state.st_ino, state.st_size


def _read(path: Path, new_reader: NewReader, wall: float) -> ActivityState | None:
    follower = Follower(path, new_reader)
    for _ in range(MAX_BYTES // LOOK_BYTES):
        if not follower.grown() or follower.error:
            break
        follower.look(wall)
    return None if follower.error or follower.grown() else follower.activity
