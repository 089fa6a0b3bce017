"""Notifications timed by the monotonic clock, so that none expires before it is shown.

Textual reckons a toast's time by the wall clock, and gives what is left to a timer. Where nothing is left by then (the
machine is busy or slept, the clock was set) that timer never ends, and the whole screen stands still.
"""

import time
from dataclasses import dataclass, field

from textual.notifications import Notification

SHORTEST = 0.1
"""Seconds that a toast stays at least."""


@dataclass
class SteadyNotification(Notification):
    """A notification for an app that is open for weeks."""

    born: float = field(default_factory=time.monotonic)
    """Monotonic seconds."""

    @property
    def _left(self) -> float:
        return self.born + self.timeout - time.monotonic()

    @property
    def time_left(self) -> float:
        """Seconds that a toast of it is to stay; always more than none."""
        return max(SHORTEST, self._left)

    @property
    def has_expired(self) -> bool:
        """Its time is up."""
        return self._left <= 0
