"""Following an agent's output: bounded looks at a file that grows, is cut, or is replaced."""

import os
from pathlib import Path
from typing import NamedTuple

from swarm.errors import SwarmError
from swarm.protocol.paths import AgentDir
from swarm.sanitize import clean, clean_block
from swarm.store import reader
from swarm.store.reader import read_tail

STREAMS = ("stdout", "stderr", "transcript")
WINDOW_BYTES = 256 * 1024
OPEN_LINE_BYTES = 64 * 1024


class Chunk(NamedTuple):
    """What a look found. Lines have passed `untrusted`.

    skipped: bytes that came faster than they were looked at, and are not among the lines.
    restarted: the file is another one, or was cut: what was shown before is history.
    """

    lines: tuple[str, ...] = ()
    skipped: int = 0
    restarted: bool = False


class LogTail:
    """Reads what is new in one file. The first look gives its last lines, `window` bytes at most."""

    def __init__(self, path: Path, window: int = WINDOW_BYTES) -> None:
        self._path = path
        self._window = window
        self._inode = 0
        self._offset = 0
        self._open_line = b""
        self._first = True

    def read(self) -> Chunk:
        """The lines since the last look, whole ones only; raises Unreadable where it is no plain file."""
        if self._unchanged():
            return Chunk()
        seen = read_tail(self._path, self._window)
        if seen is None:
            return Chunk()
        restarted = bool(self._inode) and (seen.inode != self._inode or seen.size < self._offset)
        if restarted:
            self._offset, self._open_line = 0, b""
        self._inode = seen.inode
        fresh = seen.size - self._offset
        data = seen.data[-fresh:] if 0 < fresh <= len(seen.data) else (seen.data if fresh > 0 else b"")
        skipped = max(0, fresh - len(data))
        if skipped:
            # The window starts somewhere in a line: its rest says nothing by itself.
            cut = data.find(b"\n") + 1
            skipped, data, self._open_line = skipped + cut, data[cut:], b""
        self._offset = seen.size
        if self._first:
            self._first, skipped = False, 0
        *whole, rest = (self._open_line + data).split(b"\n")
        self._open_line = rest[-OPEN_LINE_BYTES:]
        return Chunk(tuple(clean(line.decode("utf-8", "replace").rstrip("\r")) for line in whole), skipped, restarted)

    def rest(self) -> str:
        """The last line while it has no end yet, cleaned."""
        return clean(self._open_line.decode("utf-8", "replace"))

    def _unchanged(self) -> bool:
        try:
            state = os.lstat(self._path)
        except OSError:
            return not self._inode
        return state.st_ino == self._inode and state.st_size == self._offset


LAST_LINES = 20
LAST_BYTES = 4096


def last_lines(agent: AgentDir, stream: str) -> list[str]:
    """The last lines of one of its streams, made safe."""
    try:
        read = reader.read_tail(agent.stream(stream), LAST_BYTES)
    except SwarmError as error:
        return [error.title]
    if read is None:
        return []
    return clean_block(read.data.decode("utf-8", "replace")).splitlines()[-LAST_LINES:]
