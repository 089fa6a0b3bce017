"""Awake time: clocks, epochs, and holes in time during which no agent was observed."""

from enum import StrEnum
from typing import Annotated, NamedTuple, Protocol

from msgspec import Meta, Struct

from swarm.model.bounds import Seconds, Text


class Now(NamedTuple):
    """One reading of the clocks, taken together.

    wall: seconds since 1970, as the machine believes. Shown, never decided on alone.
    awake: seconds this swarm was observed while the machine was awake; grows over restarts, never in sleep,
        never backwards.
    """

    wall: float
    awake: float


class Clock(Protocol):
    """Where the engine reads time. Tests pass their own."""

    def wall(self) -> float:
        """Seconds since 1970."""
        ...

    def monotonic(self) -> float:
        """Seconds since some start, suspended time left out. Holds within one boot."""
        ...

    def boottime(self) -> float:
        """Seconds since some start, suspended time included. Holds within one boot."""
        ...

    def boot_id(self) -> str:
        """The name of this boot: `monotonic` of two boots must not be compared."""
        ...


class Epoch(Struct, frozen=True):
    """Where awake time stood at a commit to the ledger; from it every process derives the same awake time."""

    boot: Text
    """The boot in which it was read."""
    awake: Annotated[float, Meta(ge=0, le=1e12)]
    monotonic: Seconds
    boottime: Seconds
    wall: Seconds


class GapKind(StrEnum):
    """Why no agent was observed for a while. The words stand in `--json`."""

    SUSPENDED = "suspended"
    JUMPED = "jumped"
    """The machine was paused, or its clock set forward."""
    STEPPED_BACK = "stepped-back"
    REBOOTED = "rebooted"
    SCHEDULER_DOWN = "scheduler"
    """There was no heartbeat."""
    FIRST_BEAT = "first"
    """There has been none yet, and agents are there."""


class Gap(NamedTuple):
    """A hole in observed time (reliability.md 2f). seconds: how long."""

    kind: GapKind
    seconds: float


GAP_SECONDS = 2.0


def start_epoch(clock: Clock) -> Epoch:
    """The epoch of a new ledger: awake time starts at 0."""
    return Epoch(clock.boot_id(), 0.0, clock.monotonic(), clock.boottime(), clock.wall())


def awake_since(epoch: Epoch, clock: Clock) -> float:
    """Awake seconds now. After a reboot what passed since boot is added; the time the machine was off is not."""
    monotonic = clock.monotonic()
    if clock.boot_id() == epoch.boot:
        return epoch.awake + max(0.0, monotonic - epoch.monotonic)
    return epoch.awake + max(0.0, monotonic)


def read_now(epoch: Epoch, clock: Clock) -> Now:
    """Both clocks at once."""
    return Now(clock.wall(), awake_since(epoch, clock))


def renew(epoch: Epoch, clock: Clock) -> Epoch:
    """The epoch as of now, to be committed with the next revision."""
    return Epoch(clock.boot_id(), awake_since(epoch, clock), clock.monotonic(), clock.boottime(), clock.wall())


def gap_between(epoch: Epoch, clock: Clock) -> Gap | None:
    """The hole in time since `epoch`, or None where wall and awake time agree within two seconds."""
    if clock.boot_id() != epoch.boot:
        return Gap(GapKind.REBOOTED, max(0.0, clock.wall() - epoch.wall - clock.monotonic()))
    awake = clock.monotonic() - epoch.monotonic
    suspended = (clock.boottime() - epoch.boottime) - awake
    if suspended > GAP_SECONDS:
        return Gap(GapKind.SUSPENDED, suspended)
    jump = (clock.wall() - epoch.wall) - awake
    if jump > GAP_SECONDS:
        return Gap(GapKind.JUMPED, jump)
    if jump < -GAP_SECONDS:
        return Gap(GapKind.STEPPED_BACK, -jump)
    return None
