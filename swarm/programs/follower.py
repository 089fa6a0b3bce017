"""Following what a program says it does: its output read once, as it grows, and folded into what it is doing."""

import os
from collections.abc import Callable
from pathlib import Path

from swarm.model.activity import Activity, Doings, Reader
from swarm.programs.fold import EMPTY, fold_all
from swarm.store.reader import Unreadable, read_from

LOOK_BYTES = 8 << 20
"""Bytes that one look reads at most, where its caller does not say."""
PART_BYTES = 256 * 1024
LINE_BYTES = 1 << 20
"""Of a longer line the rest is left out."""


class Follower:
    """Reads one output from its beginning. Holds one open line and what the reader needs, however long the output is.

    new_reader: called for every file that is found at `path`, so that one which was cut or replaced is read anew.
    """

    def __init__(self, path: Path, new_reader: Callable[[], Reader]) -> None:
        self._path = path
        self._new_reader = new_reader
        self._reader = new_reader()
        self._inode = 0
        self._offset = 0
        self._size = 0
        self._open_line: list[bytes] = []
        self._open_size = 0
        self.doings: Doings = EMPTY
        self.caught_up = False
        """It has been read to its end once: `doings` is no mere beginning."""
        self.error = ""
        """Why it cannot be read; '' where it can, or where there is nothing yet."""

    @property
    def behind(self) -> int:
        """Bytes that were there at the last look and have not been read yet."""
        return max(0, self._size - self._offset)

    def grown(self) -> bool:
        """Whether there is something to read. Costs a stat."""
        try:
            state = os.lstat(self._path)
        except OSError:
            return False
        return state.st_ino != self._inode or state.st_size != self._offset

    def look(self, wall: float, budget: int = LOOK_BYTES) -> list[tuple[Activity, float]]:
        """What came since the last look, `budget` bytes of output at most, each with the wall seconds it was seen at.

        wall: seconds now. What lay there before somebody looked is no younger than its file.
        """
        found: list[tuple[Activity, float]] = []
        while budget > 0:
            try:
                read = read_from(self._path, self._offset, min(PART_BYTES, budget))
            except Unreadable as error:
                self.error = error.why
                return found
            self.error = ""
            if read is None:
                return found
            if read.inode != self._inode or read.size < self._offset:
                anew = self._offset > 0
                self._begin(read.inode)
                if anew:
                    continue
            self._size = read.size
            if read.data:
                self._offset += len(read.data)
                budget -= len(read.data)
                seen_at = min(wall, read.mtime_ns / 1e9)
                feed = self._reader.feed
                fresh = [(activity, seen_at) for line in self._lines(read.data) for activity in feed(line)]
                self.doings = fold_all(self.doings, fresh)
                found += fresh
            self.caught_up = self.caught_up or self._offset >= self._size
            if not read.data:
                return found
        return found

    def _begin(self, inode: int) -> None:
        self._inode, self._offset = inode, 0
        self._open_line, self._open_size = [], 0
        self._reader, self.doings, self.caught_up = self._new_reader(), EMPTY, False

    def _lines(self, data: bytes) -> list[bytes]:
        """The whole lines that end in this part. Of one that is too long its head: it says which tool call it is of."""
        *whole, rest = data.split(b"\n")
        if whole and self._open_size:
            self._keep(whole[0])
            whole[0] = b"".join(self._open_line)
            self._open_line, self._open_size = [], 0
        if rest:
            self._keep(rest)
        return whole

    def _keep(self, part: bytes) -> None:
        room = LINE_BYTES - self._open_size
        if room > 0:
            self._open_line.append(part[:room])
            self._open_size += min(room, len(part))
