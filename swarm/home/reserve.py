"""Fills the engine's reserve while there is room on the disk, so that a full one disarms no verb and no heartbeat."""

import os
from contextlib import suppress
from enum import Enum
from pathlib import Path

from swarm.errors import Code, SwarmError
from swarm.home import reserve_notes
from swarm.model.values import replace
from swarm.platform.blocks import keep_blocks, kept
from swarm.protocol.paths import Layout
from swarm.store import reader, reserve, syscalls, writer

LEAST_SIZE = 16 * 1024
MOST_SIZE = 4 << 20
KIND = "spare"
LOG_BYTES = 64 * 1024
"""Blocks that a log has beyond its end: some hundred lines of audit, a dozen heartbeats."""


class Filling(Enum):
    """What came of filling the reserve."""

    WHOLE = "whole"
    LITTLE_ROOM = "little-room"
    """The volume has too little room for it."""
    REFUSED = "refused"
    """The volume has room, and does not give it: a quota."""


def fill(layout: Layout) -> Filling:
    """Makes what the reserve lacks, and gives the logs blocks beyond their end.

    It takes no more than half of what is free: a small disk is not filled by what is kept for its being full. Raises
    SwarmError where the home cannot be written for another reason than that it is full.
    """
    for log in (layout.events, layout.heartbeats):
        with suppress(OSError, SwarmError):
            _lengthen(log)
    done = _fill(layout)
    refused = "there is room on the volume, and a quota or limit refuses it" if done is Filling.REFUSED else ""
    if reserve_notes.read(layout).refused != refused:
        reserve_notes.change(layout, lambda notes: replace(notes, refused=refused))
    return done


def _fill(layout: Layout) -> Filling:
    size = _size(layout)
    try:
        writer.make_dir(layout.reserve, parents=False)
        writer.sweep_temps(layout.reserve, 0.0, kind=KIND)
        reserve_notes.make(layout)
        with reader.directory(layout.reserve) as place:
            for name in (*reserve.free_names(layout.reserve), *reserve.names_below(layout.reserve, size)):
                if not _has_room(place, size):
                    return Filling.LITTLE_ROOM
                _make(name, place, size)
    except (OSError, SwarmError) as error:
        failed = writer.explain(error, layout.reserve) if isinstance(error, OSError) else error
        if failed.code is not Code.FULL:
            raise failed from error
        return Filling.REFUSED if _looks_roomy(layout.swarm, size) else Filling.LITTLE_ROOM
    return Filling.WHOLE


def _size(layout: Layout) -> int:
    """Bytes of one file: a revision of the ledger twice as long as the last one."""
    try:
        length = 2 * os.stat(layout.state, follow_symlinks=False).st_size
    except OSError:
        length = 0
    return min(max(1, -(-length // LEAST_SIZE)) * LEAST_SIZE, MOST_SIZE)


def _has_room(place: int, size: int) -> bool:
    volume = os.fstatvfs(place)
    return volume.f_bavail * volume.f_frsize >= 2 * size and (not volume.f_files or volume.f_favail >= 2)


def _looks_roomy(directory: Path, size: int) -> bool:
    with suppress(OSError), reader.directory(directory) as place:
        return _has_room(place, size)
    return False


def _make(name: str, place: int, size: int) -> None:
    """Makes one file under another name first: what stands in the reserve may be taken, and is written by its taker."""
    temp = writer.temp_name(KIND)
    try:
        descriptor = syscalls.create(temp, place)
        try:
            # Random, so that no file system finds that it can do with fewer blocks.
            writer.write_all(descriptor, os.urandom(size))
        finally:
            os.close(descriptor)
        with suppress(FileNotFoundError):  # another process fills it too, and has swept this one
            syscalls.rename(temp, name, place)
    except OSError:
        with suppress(OSError):
            syscalls.unlink(temp, place)
        raise


def _lengthen(path: Path) -> None:
    with reader.directory(path.parent) as home:
        descriptor = syscalls.open_write(path.name, home)
    try:
        size = writer.check_appendable(path, descriptor)
        if kept(descriptor) - size < LOG_BYTES // 2:
            keep_blocks(descriptor, size + LOG_BYTES)
    finally:
        os.close(descriptor)
