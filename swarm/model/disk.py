"""The disk that a home lies on: how much room is left, and who took it."""

from enum import StrEnum

from msgspec import Struct


class Room(StrEnum):
    """How much of a disk is left, as it matters for a swarm."""

    ENOUGH = "enough"
    LITTLE = "little"
    """It will be full soon: a person should look."""
    NONE = "none"
    """Nothing is started on it; the engine writes into its reserve."""


class Disk(Struct, frozen=True):
    """One look at it. While there is enough room it says no more, so that two looks are equal."""

    room: Room = Room.ENOUGH
    free: int = 0
    """Bytes."""
    size: int = 0
    """Bytes."""
    files_free: int | None = None
    """How many more files it takes; None where it has no such limit."""
    refused: str = ""
    """Why nothing can be written though there is room: a quota."""
    writers: tuple[tuple[str, int, int], ...] | None = None
    """(agent id, bytes in its own directories, bytes of them written lately), who wrote most first; None where it was
    not measured."""
