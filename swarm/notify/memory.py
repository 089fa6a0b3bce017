"""swarm/notified.json: what has been told. Only a copy of the past: one that is damaged is begun anew."""

from contextlib import suppress

import msgspec

from swarm.errors import SwarmError
from swarm.model.notification import SCHEMA, Memory
from swarm.protocol.paths import Layout
from swarm.store import reader, writer

MAX_BYTES = 4 << 20


def load(layout: Layout) -> Memory:
    """What was told so far; an empty memory where none can be read."""
    with suppress(SwarmError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        read = reader.read_head(layout.notified, MAX_BYTES)
        if read is not None and not read.truncated:
            found = msgspec.json.decode(read.data, type=Memory)
            return found if found.schema == SCHEMA else Memory()
    return Memory()


def save(layout: Layout, memory: Memory) -> None:
    """Keeps it. Raises SwarmError."""
    writer.write_atomic(layout.notified, msgspec.json.encode(memory), spares=layout.reserve)
