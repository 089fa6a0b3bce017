"""Following what an agent's program says it does: bounded looks at its output, given as lines of a transcript."""

from pathlib import Path
from typing import NamedTuple

from swarm.programs.registry import NewReader
from swarm.programs.transcript import TranscriptLine, transcribe
from swarm.store.tail import FileTail

WINDOW_BYTES = 2 << 20
"""Bytes looked at: of an output that is there already its end, and of what comes at once between two looks."""


class TranscriptChunk(NamedTuple):
    """What a look found."""

    lines: tuple[TranscriptLine, ...] = ()
    skipped: int = 0
    """Bytes that came faster than they were looked at, or lie before the first look's window."""
    restarted: bool = False
    """The file is another one, or was cut: what was shown before is history."""


class TranscriptTail:
    """Reads what is new in one output, from its last WINDOW_BYTES on. new_reader: called again for another file."""

    def __init__(self, path: Path, new_reader: NewReader, window: int = WINDOW_BYTES) -> None:
        self._tail = FileTail(path, window=window)
        self._new_reader = new_reader
        self._reader = new_reader()

    def read(self) -> TranscriptChunk:
        """The lines since the last look, of whole lines of output only; raises Unreadable where it is no plain file."""
        part = self._tail.read()
        if part is None:
            return TranscriptChunk()
        if part.change:
            self._reader = self._new_reader()
        said = (activity for line in part.lines for activity in self._reader.feed(line))
        return TranscriptChunk(
            tuple(shown for activity in said for shown in transcribe(activity)), part.skipped, bool(part.change)
        )
