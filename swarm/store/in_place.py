"""Writes a file over in the blocks that it has, for words that must be kept on a disk that takes nothing more."""

import os
from pathlib import Path

from swarm.store import reader, syscalls, writer


def overwrite(path: Path, data: bytes, size: int) -> None:
    """Writes `data` over a file of `size` bytes that is there, with blanks up to its end: JSON stays JSON.

    It is not atomic: a reader that comes in between finds no JSON, and looks again. Raises OSError, Unreadable;
    ValueError where `data` is longer than that.
    """
    if len(data) > size:
        raise ValueError("longer than the file")
    with reader.directory(path.parent) as place:
        descriptor = syscalls.open_write(path.name, place)
    try:
        writer.check_appendable(path, descriptor)
        writer.write_all(descriptor, data.ljust(size))
        syscalls.sync(descriptor)
    finally:
        os.close(descriptor)
