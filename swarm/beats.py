"""heartbeats.jsonl: one record a heartbeat, appended by whoever beats, read by every surface."""

import os
from functools import lru_cache
from pathlib import Path

from swarm import store
from swarm.layout import Layout
from swarm.model import Beat
from swarm.reading import read_beats
from swarm.records import plain


def append(layout: Layout, beat: Beat) -> None:
    """Add the record of a heartbeat, synced to the disk; a torn last line never swallows it. Raises SwarmError."""
    store.append_line(layout.heartbeats, store.to_json({**_REQUIRED, **plain(beat)}), sync=True)


def recent(layout: Layout, limit: int = 96) -> tuple[Beat, ...]:
    """The last records, oldest first; lines that are none are passed over. Read again only when the file changed."""
    try:
        found = os.stat(layout.heartbeats, follow_symlinks=False)
    except OSError:
        return ()
    return _read(layout.heartbeats, (found.st_ino, found.st_size, found.st_mtime_ns))[-limit:] if limit > 0 else ()


_REQUIRED: dict[str, object] = {"actions": [], "alerts": [], "acceptance": {}, "passed": True}
"""What a reader of the file finds in each record, though it be the default (protocol.md, A heartbeat)."""


@lru_cache(maxsize=4)
def _read(path: Path, stamp: tuple[int, int, int]) -> tuple[Beat, ...]:
    del stamp  # the key of the memory
    return read_beats(path, 1000)[0]
