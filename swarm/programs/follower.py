"""Following what a program says it does: its output read once, as it grows, and folded into what it is doing."""

import os
from collections import OrderedDict
from pathlib import Path

from swarm.model.activity import Activity, ActivityState
from swarm.programs.fold import EMPTY, fold_all
from swarm.programs.registry import NewReader
from swarm.store.reader import Unreadable
from swarm.store.tail import FileTail

LOOK_BYTES = 8 << 20
"""Bytes that one look reads at most, where its caller does not say."""
PART_BYTES = 256 * 1024
LINE_BYTES = 1 << 20
"""Of a longer line the rest is left out."""
MAX_BYTES = 512 << 20
"""Of a longer output the rest is left unread, and what it used up is unknown."""
_KEPT = 32
_known: OrderedDict[tuple[str, int, int], ActivityState | None] = OrderedDict()


class Follower:
    """Reads one output from its beginning. Holds one open line and what the reader needs, however long the output is.

    new_reader: called for every file that is found at `path`, so that one which was cut or replaced is read anew.
    """

    def __init__(self, path: Path, new_reader: NewReader) -> None:
        self._tail = FileTail(path, line_bytes=LINE_BYTES)
        self._new_reader = new_reader
        self._reader = new_reader()
        self.activity: ActivityState = EMPTY
        self.caught_up = False
        """It has been read to its end once: `activity` is no mere beginning."""
        self.error = ""
        """Why it cannot be read; '' where it can, or where there is nothing yet."""

    @property
    def behind(self) -> int:
        """Bytes that were there at the last look and have not been read yet."""
        return self._tail.behind

    def grown(self) -> bool:
        """Whether there is something to read. Costs a stat."""
        return self._tail.grown()

    def look(self, wall: float, budget: int = LOOK_BYTES) -> list[tuple[Activity, float]]:
        """What came since the last look, `budget` bytes of output at most, each with the wall seconds it was seen at.

        wall: seconds now. What lay there before the first look is no younger than its file.
        """
        found: list[tuple[Activity, float]] = []
        while budget > 0:
            try:
                part = self._tail.read(min(PART_BYTES, budget))
            except Unreadable as error:
                self.error = error.why
                return found
            self.error = ""
            if part is None:
                return found
            if part.change:
                self._reader, self.activity, self.caught_up = self._new_reader(), EMPTY, False
            seen_at = min(wall, part.mtime_ns / 1e9)
            feed = self._reader.feed
            fresh = [(activity, seen_at) for line in part.lines for activity in feed(line)]
            self.activity = fold_all(self.activity, fresh)
            found += fresh
            budget -= part.size
            self.caught_up = self.caught_up or not self.behind
            if not part.size:
                return found
        return found


def whole_output(path: Path, new_reader: NewReader, wall: float) -> ActivityState | None:
    """What an output that has come to its end adds up to; None where it cannot be read to there. wall: seconds now.

    The engine asks twice at every end (for the verdict, and for what it writes down), so it is remembered for a while.
    """
    try:
        state = os.lstat(path)
    except OSError:
        return None
    key = os.fspath(path), state.st_ino, state.st_size
    if key not in _known:
        _known[key] = _read(path, new_reader, wall)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return _known[key]


def _read(path: Path, new_reader: NewReader, wall: float) -> ActivityState | None:
    follower = Follower(path, new_reader)
    for _ in range(MAX_BYTES // LOOK_BYTES):
        if not follower.grown() or follower.error:
            break
        follower.look(wall)
    return None if follower.error or follower.grown() else follower.activity
