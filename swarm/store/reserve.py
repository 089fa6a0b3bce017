"""The engine's reserve: files that hold blocks and inodes of the disk, for its own records when no others are left.

A record is written into one of them, where it needs neither a new block nor a new inode: an agent that takes every
block as soon as it comes free has no chance to come between. Only what cannot be written so (a name, a longer log) is
tried again after one was given up.
"""

import errno
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from swarm.store import reader, syscalls

T = TypeVar("T")
FILES = 16
"""More than one kill, or one heartbeat, writes; and while the disk is full, old revisions of the ledger refill it."""
_NAME = re.compile(r"[1-9][0-9]?\Z")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class Held(NamedTuple):
    """What is in the reserve."""

    files: int
    size: int
    """Bytes of all of them."""


def is_full(error: OSError) -> bool:
    """Whether a call failed because the disk, the quota or the number of files is used up."""
    return error.errno in _NO_ROOM


def held(place: Path) -> Held:
    """What the reserve in the directory `place` holds now; nothing where there is none."""
    sizes = [size for size, _ in _files(place)]
    return Held(len(sizes), sum(sizes))


def take(place: Path, name: str, directory: int, size: int, keep: int = 0) -> bool:
    """Moves a file out of the reserve to `name` in an open directory, to be written over; False where `keep` are left.

    size: bytes that it has to hold. The smallest that is large enough goes, else the largest.
    """
    files = sorted(_files(place))
    if len(files) <= keep:
        return False
    for _, spare in [
        *(each for each in files if each[0] >= size),
        *reversed([each for each in files if each[0] < size]),
    ]:
        with suppress(OSError, reader.Unreadable), reader.directory(place) as home:
            syscalls.rename(spare, name, home, directory)  # fails where another process was faster
            return True
    return False


def give_up(place: Path) -> bool:
    """Removes the smallest file of the reserve, so that its blocks and its inode are free; False where none is left."""
    for _, spare in sorted(_files(place)):
        with suppress(OSError, reader.Unreadable), reader.directory(place) as home:
            syscalls.unlink(spare, home)
            return True
    return False


def with_room(place: Path, act: Callable[[], T]) -> T:
    """Returns what `act` returns; while it fails for want of room, gives files of the reserve up and tries again.

    Raises the OSError of `act` where that does not help.
    """
    while True:
        try:
            return act()
        except OSError as error:
            if not is_full(error) or not give_up(place):
                raise


def put_back(place: Path, name: str, directory: int) -> bool:
    """Moves a file that is needed no more into the reserve; False where the reserve has all its files.

    A file with a second name stays where it is: what is written over it would be seen under the other one.
    """
    free = free_names(place)
    if not free or os.stat(name, dir_fd=directory, follow_symlinks=False).st_nlink > 1:
        return False
    with reader.directory(place) as home:
        syscalls.rename(name, free[0], directory, home)
    return True


def free_names(place: Path) -> tuple[str, ...]:
    """The names of the files that the reserve lacks."""
    there = {name for _, name in _files(place)}
    return tuple(name for name in map(str, range(1, FILES + 1)) if name not in there)


def names_below(place: Path, size: int) -> tuple[str, ...]:
    """The names of the files in the reserve that hold fewer than `size` bytes."""
    return tuple(name for length, name in _files(place) if length < size)


def _files(place: Path) -> list[tuple[int, str]]:
    """(bytes, name) of the files in the reserve."""
    with suppress(OSError, reader.Unreadable), reader.directory(place) as home, os.scandir(home) as entries:
        spares = [entry for entry in entries if _NAME.match(entry.name) and entry.is_file(follow_symlinks=False)]
        return [(entry.stat(follow_symlinks=False).st_size, entry.name) for entry in spares]
    return []
