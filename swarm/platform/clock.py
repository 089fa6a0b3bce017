"""Time in three kinds: the wall's, the awake machine's, and what the ledger adds up over restarts."""

import time
from collections.abc import Callable


class SystemClock:
    """The machine's clocks."""

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()  # Python's leaves suspended time out on both systems

    def boottime(self) -> float:
        # A Mac's CLOCK_MONOTONIC goes on in sleep; Linux has CLOCK_BOOTTIME for that.
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def boot_id(self) -> str:
        from swarm.platform import boot_id  # the port to the kernel; not needed by verbs that only write a line

        return boot_id()


def wait_until(condition: Callable[[], bool], deadline_s: float) -> bool:
    """Looks until the condition holds; False where it did not within `deadline_s` seconds."""
    give_up = time.monotonic() + deadline_s
    pause = 0.01
    while not condition():
        if time.monotonic() >= give_up:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
    return True
