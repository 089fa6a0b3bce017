"""Following what an agent's program says it does: bounded looks at its output, given as lines of a transcript."""

from pathlib import Path
from typing import NamedTuple

from swarm.model.activity import Reader
from swarm.programs.registry import NewReader
from swarm.programs.transcript import TranscriptLine, transcribe
from swarm.protocol.logs import lines_before
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
    places: tuple[int, ...] = ()
    """Where the output that each line tells of begins in the file."""


class TranscriptTail:
    """Reads what is new in one output, from its last WINDOW_BYTES on. new_reader: called again for another file.

    window: None for all of it.
    """

    def __init__(self, path: Path, new_reader: NewReader, window: int | None = WINDOW_BYTES) -> None:
        self._path = path
        self._tail = FileTail(path, window=window, placed=True)
        self._new_reader = new_reader
        self._reader = new_reader()

    def read(self, limit: int | None = None) -> TranscriptChunk:
        """The lines since the last look, of whole lines of output only; raises Unreadable where it is no plain file.

        limit: bytes that are read at most.
        """
        part = self._tail.read(limit)
        if part is None:
            return TranscriptChunk()
        if part.change:
            self._reader = self._new_reader()
        lines, places = _told(self._reader, part.lines, part.places)
        return TranscriptChunk(lines, part.skipped, bool(part.change), places)

    @property
    def behind(self) -> int:
        """Bytes that were there at the last look and have not been read yet."""
        return self._tail.behind

    def before(self, place: int) -> TranscriptChunk:
        """What was said before a place of the file, as far as a window goes; raises Unreadable."""
        while True:
            output, begins = lines_before(self._path, place, WINDOW_BYTES)
            lines, places = _told(self._new_reader(), output, begins)
            if lines or not begins or not begins[0]:
                return TranscriptChunk(lines, places=places)
            place = begins[0]  # nothing in this window is told


def _told(
    reader: Reader, output: tuple[bytes, ...], places: tuple[int, ...]
) -> tuple[tuple[TranscriptLine, ...], tuple[int, ...]]:
    """Lines of output as lines of a transcript, and the place of each."""
    told = [
        (shown, place)
        for line, place in zip(output, places, strict=True)
        for activity in reader.feed(line)
        for shown in transcribe(activity)
    ]
    return tuple(shown for shown, _ in told), tuple(place for _, place in told)
