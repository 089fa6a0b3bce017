"""heartbeats.jsonl: one record a heartbeat, appended by the process that beats, read by every surface."""

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from msgspec import to_builtins
from msgspec.structs import astuple

from swarm.model.beat import ActionKind, Beat, Performed
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.sanitize import clean
from swarm.store import declared, jsonio, writer
from swarm.store.reader import Unreadable, lines_backwards, read_tail
from swarm.store.validators import Wrong

BEATS_BYTES = 512 * 1024


def read_beats(path: Path, keep: int = 96) -> tuple[tuple[Beat, ...], int]:
    """Returns the last records of heartbeats.jsonl, oldest first, and how many of the lines read were no records."""
    try:
        read = read_tail(path, BEATS_BYTES)
    except Unreadable:
        return (), 1
    if read is None:
        return (), 0
    beats: list[Beat] = []
    bad = 0
    for row in islice(lines_backwards(read.data, cut=read.truncated), keep):
        try:
            beats.append(_beat(json.loads(row)))
        except (ValueError, TypeError, RecursionError):
            bad += 1
    return tuple(reversed(beats)), bad


def append(layout: Layout, beat: Beat) -> None:
    """Appends the record of a heartbeat, on a line of its own even after a torn one. Raises SwarmError."""
    writer.append_line(layout.heartbeats, jsonio.to_json(to_builtins(beat)), spares=layout.reserve)


def _beat(data: object) -> Beat:
    beat = declared.read(Beat, data, "", []) if isinstance(data, dict) else None
    if beat is None:
        raise Wrong("it is no record")
    return replace(
        beat,
        at=clean(beat.at, 100),
        by=clean(beat.by, 200),
        counts=_named(beat.counts),
        slots=_named(beat.slots),
        actions=tuple(map(_performed, beat.actions)),
        alerts=tuple(map(clean, beat.alerts)),
        acceptance=_named(beat.acceptance),
        gap=clean(beat.gap),
    )


def _performed(done: Performed) -> Performed:
    agent, spawn_id, action, reason, code = map(clean, astuple(done))
    return Performed(agent, spawn_id, ActionKind(action[:100]), reason, code)


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    return {clean(name, 100): number for name, number in counts.items()}
