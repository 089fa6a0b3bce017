"""A clock that tests set by hand: the only thing in this suite that is not real."""


class FakeClock:
    """Implements `swarm.clock.Clock`; every reading is an attribute that may be set."""

    def __init__(self, wall: float = 1_772_270_000.0) -> None:
        self.wall_seconds = wall
        self.monotonic_seconds = 1_000.0
        self.boottime_seconds = 1_000.0
        self.boot = "boot-1"

    def wall(self) -> float:
        return self.wall_seconds

    def monotonic(self) -> float:
        return self.monotonic_seconds

    def boottime(self) -> float:
        return self.boottime_seconds

    def boot_id(self) -> str:
        return self.boot

    def advance(self, seconds: float) -> None:
        """Time passes while the machine is awake."""
        self.wall_seconds += seconds
        self.monotonic_seconds += seconds
        self.boottime_seconds += seconds

    def suspend(self, seconds: float) -> None:
        """The machine sleeps."""
        self.wall_seconds += seconds
        self.boottime_seconds += seconds

    def jump(self, seconds: float) -> None:
        """Only the wall clock moves: a paused virtual machine, or somebody set it."""
        self.wall_seconds += seconds

    def reboot(self, off: float = 60.0) -> None:
        """The machine is off for `off` seconds, then has been up for ten."""
        number = int(self.boot.rpartition("-")[2]) + 1
        self.boot = f"boot-{number}"
        self.wall_seconds += off + 10.0
        self.monotonic_seconds = 10.0
        self.boottime_seconds = 10.0
