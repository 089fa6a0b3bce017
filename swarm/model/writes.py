"""Which files of a home were written, and what its agents wrote meanwhile."""

from typing import NamedTuple

from msgspec import Struct


class FileState(NamedTuple):
    """What tells that a file was written: another size, another file of that name, another time."""

    size: int = 0
    inode: int = 0
    mtime_ns: int = 0


class FileWrite(Struct, frozen=True):
    """One file of the home that was written between two looks. path: relative to the home."""

    path: str
    sizes: tuple[int, ...]
    """Bytes that this took: what was added at its end, or all of it; none where it was taken away or only touched."""


class Account(Struct, frozen=True):
    """What one agent's processes wrote between two looks."""

    agent: str
    wrote: int
    """Bytes, as the system counts them."""
    told: int = 0
    """Bytes of these that are accounted for already: its output, and its lines in the audit log."""
    suspect: bool = True
    """It could have written into files that are not its own; else it only tells which of its own it wrote."""
    sound: bool = True
    """Its books are usually in order: it hardly ever writes what is not known of, into pipes or outside of the home."""


class Territory(Struct, frozen=True):
    """Where one living agent writes."""

    agent: str
    places: tuple[str, ...]
    """Its own directory and what it owns, relative to the home."""
    scoped: bool
    """It is meant to write nowhere else."""
    confined: bool
    """Its program, or a box of the system's, lets it write nowhere else."""
