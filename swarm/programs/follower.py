"""Following what a program says it does: its output read once, as it grows, and folded into what it is doing."""

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
