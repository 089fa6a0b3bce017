"""Waiting for what another process does: looks, with growing pauses, to a deadline."""

import time
from collections.abc import Callable


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
