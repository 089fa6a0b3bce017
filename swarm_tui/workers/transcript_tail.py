"""Following what an agent's program says it does: bounded looks at its output, given as lines of a transcript."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from swarm.model.activity import Reader
from swarm.programs.transcript import Line, transcribe
from swarm.store.reader import read_tail

WINDOW_BYTES = 2 << 20
"""Bytes looked at: of an output that is there already its end, and of what comes at once between two looks."""
OPEN_LINE_BYTES = 1 << 20
"""A longer line is given up: it says nothing that a person would read here."""


class Told(NamedTuple):
    """What a look found."""

    lines: tuple[Line, ...] = ()
    skipped: int = 0
    """Bytes that came faster than they were looked at, or lie before the first look's window."""
    restarted: bool = False
    """The file is another one, or was cut: what was shown before is history."""


class TranscriptTail:
    """Reads what is new in one output, from its last WINDOW_BYTES on. new_reader: called again for another file."""

    def __init__(self, path: Path, new_reader: Callable[[], Reader], window: int = WINDOW_BYTES) -> None:
        self._path = path
        self._new_reader = new_reader
        self._reader = new_reader()
        self._window = window
        self._inode = 0
        self._offset = 0
        self._open_line = b""
        self._broken = False
        """The beginning of the line that comes was not seen, or was too long to keep."""

    def read(self) -> Told:
        """The lines since the last look, of whole lines of output only; raises Unreadable where it is no plain file."""
        seen = read_tail(self._path, self._window)
        if seen is None:
            return Told()
        restarted = bool(self._inode) and (seen.inode != self._inode or seen.size < self._offset)
        if restarted:
            self._offset, self._open_line, self._broken = 0, b"", False
            self._reader = self._new_reader()
        self._inode = seen.inode
        fresh = seen.size - self._offset
        if fresh <= 0:
            return Told(restarted=restarted)
        data = seen.data[-fresh:] if fresh <= len(seen.data) else seen.data
        skipped = fresh - len(data)
        if skipped:
            self._open_line, self._broken = b"", True
        self._offset = seen.size
        return Told(tuple(self._lines(data)), skipped, restarted)

    def _lines(self, data: bytes) -> list[Line]:
        *whole, rest = (self._open_line + data).split(b"\n")
        if self._broken and whole:
            whole, self._broken = whole[1:], False
        if len(rest) > OPEN_LINE_BYTES:
            rest, self._broken = b"", True
        self._open_line = rest
        return [line for each in whole for activity in self._reader.feed(each) for line in transcribe(activity)]
