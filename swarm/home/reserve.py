"""Fills the engine's reserve while there is room on the disk, so that a full one disarms no verb and no heartbeat."""

import os
from contextlib import suppress
from pathlib import Path

from swarm.errors import Code, HomeError, SwarmError
from swarm.platform.blocks import keep_blocks, kept
from swarm.protocol.paths import Layout
from swarm.store import reader, reserve, syscalls, writer

LEAST_SIZE = 16 * 1024
MOST_SIZE = 4 << 20
LOG_BYTES = 64 * 1024
"""Blocks that a log has beyond its end: some hundred lines of audit, a dozen heartbeats."""


def fill(layout: Layout) -> bool:
    """Makes what the reserve lacks, and gives the logs blocks beyond their end. Returns whether the reserve is whole.

    It takes no more than half of what is free: a small disk is not filled by what is kept for its being full. Raises
    SwarmError where the home cannot be written for another reason.
    """
    for log in (layout.events, layout.heartbeats):
        with suppress(OSError, SwarmError):
            _lengthen(log)
    size = _size(layout)
    try:
        writer.make_dir(layout.reserve, parents=False)
        with reader.directory(layout.reserve) as place:
            for name in (*reserve.free_names(layout.reserve), *reserve.names_below(layout.reserve, size)):
                if not _has_room(place, size):
                    break
                _make(name, place, size)
    except OSError as error:
        if not reserve.is_full(error):
            raise writer.explain(error, layout.reserve) from error
    except HomeError as error:
        if error.code is not Code.FULL:
            raise
    return not reserve.free_names(layout.reserve)


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


def _make(name: str, place: int, size: int) -> None:
    temp = writer.temp_name()
    try:
        # Random, so that no file system finds that it can do with fewer blocks.
        writer.write_file(temp, place, os.urandom(size))
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
