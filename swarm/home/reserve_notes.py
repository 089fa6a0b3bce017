"""What must be kept in mind on a disk that takes nothing more: a small file, written in place."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

from msgspec import Meta, Struct, to_builtins

from swarm.errors import SwarmError
from swarm.model.bounds import NonEmpty, Seconds, Text
from swarm.protocol.paths import Layout
from swarm.store import declared, in_place, jsonio, locks, reader, writer

MAX_BYTES = 16 * 1024
"""Some fifty kills."""
WAIT_S = 2.0


class Kill(Struct, frozen=True):
    """A kill that could not be recorded: whom it ended, why, who ordered it, when by both clocks."""

    id: NonEmpty
    spawn_id: NonEmpty
    why: Text = ""
    by: Text = ""
    wall: Seconds = 0.0
    awake: Seconds = 0.0


class Notes(Struct, frozen=True):
    """The file."""

    schema: Annotated[int, Meta(ge=1)] = 1
    kills: tuple[Kill, ...] = ()
    refused: Text = ""
    """Why the reserve could not be filled where the volume has room: a quota; '' where it could."""


def make(layout: Layout) -> None:
    """Makes the file with the room that it may need, where it is missing. Raises SwarmError."""
    if layout.reserve_notes.exists():
        return  # no temp file for nothing, which the heartbeat of another process may take for one that was left
    with suppress(FileExistsError):
        writer.write_new(layout.reserve_notes, jsonio.to_json(to_builtins(Notes())).ljust(MAX_BYTES))


def read(layout: Layout) -> Notes:
    """The notes; none where they are missing or cannot be read, as in the moment in which they are written."""
    with suppress(SwarmError):
        found = reader.read_json(layout.reserve_notes, MAX_BYTES)
        return (declared.read(Notes, found, "", []) if found else None) or Notes()
    return Notes()


def change(layout: Layout, how: Callable[[Notes], Notes]) -> bool:
    """Changes the notes in place, under the lock of their file; returns whether that was possible."""
    path = layout.reserve_notes
    with suppress(OSError, SwarmError, ValueError), locks.held(path, WAIT_S) as mine:
        before = read(layout)
        after = how(before)
        if mine and after != before:
            in_place.overwrite(path, jsonio.to_json(to_builtins(after)), MAX_BYTES)
        return mine
    return False
