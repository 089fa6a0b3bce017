"""Following an agent's output: bounded looks at a file that grows, is cut, or is replaced."""

from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from swarm.errors import SwarmError
from swarm.protocol.paths import AgentDir
from swarm.sanitize import LIMIT, clean_beginning, clean_block, complaint
from swarm.store.reader import read_from, read_tail
from swarm.store.tail import FileTail

WINDOW_BYTES = 256 * 1024
OPEN_LINE_BYTES = 64 * 1024


class Chunk(NamedTuple):
    """What a look found. Lines have passed `untrusted`.

    skipped: bytes that came faster than they were looked at, and are not among the lines.
    restarted: the file is another one, or was cut: what was shown before is history.
    places: where each line begins in the file.
    """

    lines: tuple[str, ...] = ()
    skipped: int = 0
    restarted: bool = False
    places: tuple[int, ...] = ()


class LogTail:
    """Reads what is new in one file. The first look gives its last `window` bytes in lines; None for all of them."""

    def __init__(self, path: Path, window: int | None = WINDOW_BYTES) -> None:
        self._path = path
        self._tail = FileTail(path, window=window, line_bytes=OPEN_LINE_BYTES, placed=True)
        self._first = True

    def read(self, limit: int | None = None) -> Chunk:
        """The lines since the last look, whole ones only; raises Unreadable where it is no plain file.

        limit: bytes that are read at most.
        """
        part = self._tail.read(limit)
        if part is None:
            return Chunk()
        first, self._first = self._first, False
        return Chunk(tuple(map(_shown, part.lines)), 0 if first else part.skipped, bool(part.change), part.places)

    @property
    def behind(self) -> int:
        """Bytes that were there at the last look and have not been read yet."""
        return self._tail.behind

    def before(self, place: int) -> Chunk:
        """The lines before a place of the file, as many as a window holds; raises Unreadable."""
        lines, places = lines_before(self._path, place, WINDOW_BYTES)
        return Chunk(tuple(map(_shown, lines)), places=places)

    def rest(self) -> str:
        """The last line while it has no end yet, cleaned."""
        return _shown(self._tail.open_line)


def lines_before(path: Path, place: int, window: int) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """The whole lines in the last `window` bytes before a place of a file, and where each begins; of one that is longer
    its end. place: where a line begins.
    """
    start = max(0, place - window)
    read = read_from(path, start, place - start)
    data = read.data if read is not None else b""
    torn = data.find(b"\n") + 1 if start else 0
    if torn == len(data):
        torn = 0
    lines = data[torn:].removesuffix(b"\n").split(b"\n") if data else []
    places = accumulate((len(line) + 1 for line in lines), initial=start + torn)
    return tuple(lines), tuple(places)[: len(lines)]


def _shown(line: bytes) -> str:
    return clean_beginning(line.decode("utf-8", "replace").rstrip("\r"), LIMIT)


LAST_LINES = 20
LAST_BYTES = 4096


def last_lines(agent: AgentDir, stream: str) -> list[str]:
    """The last lines of one of its streams, made safe."""
    try:
        read = read_tail(agent.stream(stream), LAST_BYTES)
    except SwarmError as error:
        return [error.title]
    if read is None:
        return []
    return clean_block(read.data.decode("utf-8", "replace")).splitlines()[-LAST_LINES:]


COMPLAINT_S = 60.0
"""What was written to stderr longer before an end says nothing of it."""


def last_complaint(agent: AgentDir, ended_at: float | None) -> str:
    """Returns the last lines of stderr in one line, for the reason of an end that went badly; '' for none.

    ended_at: wall seconds of the end; lines of an earlier run are none of this one's.
    """
    try:
        read = read_tail(agent.stderr, LAST_BYTES)
    except SwarmError:
        return ""
    if read is None or (ended_at is not None and read.mtime_ns / 1e9 < ended_at - COMPLAINT_S):
        return ""
    return complaint(read.data.decode("utf-8", "replace"))
