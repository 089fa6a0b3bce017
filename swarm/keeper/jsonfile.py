"""The keeper's own JSON, whole or not at all: it must not import anything in the hour of need."""

from __future__ import annotations

import errno
import os

ROOM = 8192
"""Bytes that are kept for a file: the end of an agent that left dozens of processes behind is not longer."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def encode(value: object) -> str:
    """JSON in plain ASCII."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{encode(str(key))}: {encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(encode, value)) + "]"
    return '"' + "".join(map(_character, str(value))) + '"'


def _character(character: str) -> str:
    number = ord(character)
    if 32 <= number < 127 and character not in '"\\':
        return character
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"


def open_directory(path: str, dir_fd: int | None = None) -> int:
    """A directory, not through a link; raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=dir_fd)


def keep_room(name: str, directory: int) -> None:
    """Takes blocks and an inode for a later file of this name, in `.run`; on a full disk there are none to take."""
    try:
        run = open_directory(".run", directory)
        try:
            _fill(_room_of(name), os.urandom(ROOM), run, os.O_CREAT)
        finally:
            os.close(run)
    except OSError:
        return


def write_with_room(name: str, value: dict[str, object], directory: int, place: int, *, sync: bool) -> None:
    """A JSON file in the open directory `place`, written over what was kept for it where the disk is full.

    directory: the agent's. Raises OSError. What was kept and is not needed is given back.
    """
    try:
        write_atomic(name, value, place, sync=sync)
    except OSError as error:
        if error.errno not in NO_ROOM or not _write_over_room(name, value, directory, place):
            raise
    else:
        _remove_room(name, directory)


def write_atomic(name: str, value: dict[str, object], directory: int, *, sync: bool) -> None:
    """A JSON file in an open directory; raises OSError, and then the old one stands. sync: it outlives a power cut."""
    temporary = f".swarm-keeper-{os.urandom(8).hex()}.tmp"  # as the store names its own, and sweeps them
    try:
        _fill(temporary, encode(value).encode() + b"\n", directory, os.O_CREAT | os.O_EXCL, sync=sync)
        os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
    except OSError:
        _remove(temporary, directory)
        raise
    if sync:
        os.fsync(directory)


def _write_over_room(name: str, value: dict[str, object], directory: int, place: int) -> bool:
    try:
        run = open_directory(".run", directory)
        try:
            _fill(_room_of(name), encode(value).encode() + b"\n", run, 0, sync=True)
            os.rename(_room_of(name), name, src_dir_fd=run, dst_dir_fd=place)
        finally:
            os.close(run)
    except OSError:
        return False
    return True


def _remove_room(name: str, directory: int) -> None:
    try:
        run = open_directory(".run", directory)
    except OSError:
        return
    _remove(_room_of(name), run)
    os.close(run)


def _room_of(name: str) -> str:
    return f"{name}.room"


def _remove(name: str, directory: int) -> None:
    try:
        os.unlink(name, dir_fd=directory)
    except OSError:
        return


def _fill(name: str, data: bytes, directory: int, flags: int, *, sync: bool = False) -> None:
    """Writes over a file from its beginning, and cuts off what is longer."""
    descriptor = os.open(
        name, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | flags, 0o644, dir_fd=directory
    )
    try:
        size = 0
        while size < len(data):
            size += os.write(descriptor, data[size:])
        os.ftruncate(descriptor, size)
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
