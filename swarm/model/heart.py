"""Whether heartbeats come by themselves in a home: the heart of the swarm, as every surface shows it."""

from enum import StrEnum

from msgspec import Struct

BY_HAND = "beat by hand"
"""What people read where no process beats automatically, and none has to."""


class HeartState(StrEnum):
    """How the heart stands. The words stand in `--json`."""

    BEATS = "beats"
    """A living process beats automatically."""
    BEATING = "beating"
    """A heartbeat is running."""
    BY_HAND = "by-hand"
    """No process beats automatically, and none has to: the operator, or a timer, asks for heartbeats."""
    STOPPED = "stopped"
    """No heartbeat comes any more, though agents or an owner of the heartbeat count on it."""


class Heart(Struct, frozen=True):
    """The heart at one moment."""

    state: HeartState
    by: str = ""
    """Who beats, is beating, or did so last; for people."""
    next_at: float | None = None
    """Wall seconds of the next automatic heartbeat; None unless it BEATS."""
    stopped_s: float | None = None
    """Seconds since the last heartbeat, or since there should have been a first one; None unless it is STOPPED."""
    why: str = ""
    """Why it is STOPPED, in a sentence without a full stop; '' else."""
