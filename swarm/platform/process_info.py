"""What every kernel can say of one process."""

from typing import NamedTuple


class Stat(NamedTuple):
    """One process at one moment."""

    pid: int
    ppid: int
    group: int
    session: int
    state: str
    """One letter, as Linux writes it: R running, S or D asleep, T stopped, Z zombie."""
    dead: bool
    """It has ended, whether or not its parent has asked how."""
    ticks: int
    """Start time: kernel ticks since boot (macOS: microseconds since 1970)."""
    name: str = ""
    """What it executes, in 15 letters at most; '' where that costs a look of its own (macOS)."""
