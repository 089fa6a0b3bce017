"""A cursor over a file that grows, is cut, or is replaced while it is read: its whole lines, each once, in bounds."""

import os
from itertools import accumulate
from pathlib import Path
from typing import Literal, NamedTuple

from swarm.store.reader import opened

FileChange = Literal["", "cut", "replaced"]
NEVER, GONE = -1, 0
"""In the place of an inode. A file that comes after one that is gone is another file, even with the same inode."""


class TailRead(NamedTuple):
    """What a look found. lines: whole ones, oldest first, without their newlines.

    size: bytes that were read. skipped: bytes that stand in none of the lines, because they came faster than they were
    read, or lie before the first look's window. change: how the file changed since the last look; it is read anew.
    mtime_ns: when it was written last, wall nanoseconds. places: where each line begins in the file, of a tail that is
    asked for it.
    """

    lines: tuple[bytes, ...] = ()
    size: int = 0
    skipped: int = 0
    change: FileChange = ""
    mtime_ns: int = 0
    places: tuple[int, ...] = ()


class FileTail:
    """Reads what is new in one file. Holds one open line, however long the file is.

    window: where more than so many bytes came at once, only the last ones are read; None reads all of them.
    backlog: the same for what is there at the first look; left out: as `window`. line_bytes: of a longer line
    the rest is left out. reread: a file that was cut is read from its beginning, else from where it ends now.
    placed: each line comes with its place in the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        window: int | None = None,
        backlog: int | None = None,
        line_bytes: int = 1 << 20,
        reread: bool = True,
        placed: bool = False,
    ) -> None:
        self._path = path
        self._window = window
        self._backlog = window if backlog is None else backlog
        self._line_bytes = line_bytes
        self._reread = reread
        self._placed = placed
        self._open_at = 0
        self._inode = NEVER
        self._size = 0
        self._open: list[bytes] = []
        self._open_size = 0
        self._torn = False
        """The open line began before what was read."""
        self.offset = 0
        """Where the next look begins."""

    @property
    def behind(self) -> int:
        """Bytes that were there at the last look and have not been read yet."""
        return max(0, self._size - self.offset)

    @property
    def open_line(self) -> bytes:
        """The last line while it has no end yet."""
        return b"".join(self._open)

    def grown(self) -> bool:
        """Whether there is something to read. Costs a stat."""
        try:
            state = os.lstat(self._path)
        except OSError:
            return False
        return state.st_ino != self._inode or state.st_size != self.offset

    def read(self, limit: int | None = None) -> TailRead | None:
        """Reads what was added since the last look; returns None where there is no file. Raises Unreadable.

        limit: bytes that are read at most; a tail without a window needs one. Opens nothing where nothing has grown.
        """
        if os.path.lexists(self._path) and not self.grown():
            return TailRead()
        try:
            with opened(self._path) as (descriptor, found):
                change, skipped = self._place(descriptor, found)
                size = self.behind if limit is None else min(self.behind, limit)
                data = os.pread(descriptor, size, self.offset)
        except FileNotFoundError:
            if self._inode != NEVER:
                self._inode = GONE
            return None
        places = self._places(data) if self._placed else ()
        self.offset += len(data)
        lines, torn = self._lines(data)
        return TailRead(lines, len(data), skipped + torn, change, found.st_mtime_ns, places[len(places) - len(lines) :])

    def _place(self, descriptor: int, found: os.stat_result) -> tuple[FileChange, int]:
        """Finds where to read on; returns how the file changed, and how many bytes are passed over."""
        first = self._inode == NEVER
        change: FileChange = ""
        if found.st_ino != self._inode and not first:
            change = "replaced"
        elif found.st_size < self.offset:
            change = "cut"
        self._inode, self._size = found.st_ino, found.st_size
        if change:
            self._go_to(self._size if change == "cut" and not self._reread else 0)
        window = self._backlog if first else self._window
        if window is None or self.behind <= window:
            return change, 0
        before = self.offset
        self._go_to(self._size - window)
        self._torn = os.pread(descriptor, 1, self.offset - 1) != b"\n"
        return change, self.offset - before

    def _go_to(self, offset: int) -> None:
        self.offset, self._torn = offset, False
        self._open, self._open_size = [], 0

    def _lines(self, data: bytes) -> tuple[tuple[bytes, ...], int]:
        """Returns the whole lines that end in this part, and the bytes left out of a line without its beginning."""
        *whole, rest = data.split(b"\n")
        torn = 0
        if whole and self._open_size:
            self._keep(whole[0])
            whole[0] = self.open_line
            self._open, self._open_size = [], 0
        if whole and self._torn:
            torn = len(whole.pop(0)) + 1
            self._torn = False
        if rest:
            self._keep(rest)
        return tuple(whole), torn

    def _places(self, data: bytes) -> tuple[int, ...]:
        """Where the lines that end in this part begin, with one that is torn."""
        *starts, last = accumulate((len(line) + 1 for line in data.split(b"\n")[:-1]), initial=self.offset)
        if self._open_size and starts:
            starts[0] = self._open_at
        if starts or not self._open_size:
            self._open_at = last
        return tuple(starts)

    def _keep(self, part: bytes) -> None:
        """Keeps the head of a line that is too long, which says most about it."""
        room = self._line_bytes - self._open_size
        if room > 0:
            self._open.append(part[:room])
            self._open_size += min(room, len(part))
