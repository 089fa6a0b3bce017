"""heartbeats.jsonl: one record a heartbeat, appended by whoever beats, read by every surface."""

import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from swarm.model.actions import ActionKind, Performed
from swarm.model.record import Beat
from swarm.protocol.agent_files import T
from swarm.protocol.paths import Layout
from swarm.sanitize import clean
from swarm.store import jsonio, validators, writer
from swarm.store.reader import Unreadable, read_tail
from swarm.store.typed import plain
from swarm.store.validators import Wrong

BEATS_BYTES = 512 * 1024


def read_beats(path: Path, keep: int = 96) -> tuple[tuple[Beat, ...], int]:
    """The last records of heartbeats.jsonl, oldest first, and how many of the lines read were not records."""
    try:
        read = read_tail(path, BEATS_BYTES)
    except Unreadable:
        return (), 1
    if read is None:
        return (), 0
    rows = read.data.split(b"\n")[1 if read.truncated else 0 :]
    beats: list[Beat] = []
    bad = 0
    for row in [row for row in rows if row.strip()][-keep:]:
        try:
            beats.append(_beat(json.loads(row)))
        except (ValueError, TypeError, RecursionError):
            bad += 1
    return tuple(beats), bad


def _beat(data: object) -> Beat:
    if not isinstance(data, dict):
        raise Wrong("not an object")
    return Beat(
        n=validators.whole(data, "n", 0),
        at=clean(validators.text(data, "at"), 100),
        by=clean(validators.text(data, "by"), 200),
        took_ms=validators.whole(data, "took_ms", 0),
        counts=_counts(data, "counts"),
        slots=_counts(data, "slots"),
        actions=tuple(_performed(item) for item in validators.items(data, "actions") if isinstance(item, dict)),
        alerts=tuple(clean(text) for text in validators.texts(data, "alerts")),
        acceptance=_counts(data, "acceptance"),
        passed=data.get("passed") is not False,
        gap=clean(validators.text(data, "gap")),
        tokens=_used(data.get("tokens"), int),
        cost_usd=_used(data.get("cost_usd"), float),
    )


def _performed(data: dict[str, Any]) -> Performed:
    agent, spawn_id, action, reason, code = (clean(str(data.get(key, ""))) for key in Performed.__struct_fields__)
    return Performed(agent, spawn_id, ActionKind(action[:100]), reason, code)


def _used(value: object, kind: Callable[[float], T]) -> T | None:
    """What was used up; None where a record of an older version, or somebody's hand, does not say."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15
    return kind(value) if known and isinstance(value, int | float) else None


def _counts(data: dict[str, Any], key: str) -> dict[str, int]:
    value = data.get(key) or {}
    if not isinstance(value, dict):
        raise Wrong(f"{key} is not an object")
    return {
        clean(str(name), 100): number
        for name, number in value.items()
        if isinstance(number, int) and not isinstance(number, bool)
    }


def append(layout: Layout, beat: Beat) -> None:
    """Add the record of a heartbeat, synced to the disk; a torn last line never swallows it. Raises SwarmError."""
    writer.append_line(layout.heartbeats, jsonio.to_json({**_REQUIRED, **plain(beat)}), sync=True)


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
