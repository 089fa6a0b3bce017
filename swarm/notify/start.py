"""Starts the process that tells the operator, where there is somebody to tell and something new. Never waits for it."""

import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from swarm.config.notify_policy import NotifyPolicy, Ping
from swarm.model.causes import AlertCause
from swarm.programs.environment import inherited

if TYPE_CHECKING:
    from swarm.home.context import Home
    from swarm.model.record import Alert

LATER_S = 1.0
"""Beyond the pause between two messages, after which what that held back is looked at."""


class Teller:
    """Knows of one home what was there when the operator was last told. Its owner of the heartbeat asks it.

    own: what the operator's own file says. monotonic: seconds that never go back.
    """

    def __init__(self, own: NotifyPolicy | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._own = own or NotifyPolicy()
        self._monotonic = monotonic
        self._known: frozenset[str] = frozenset()
        self._again_at: float | None = None
        """When to look once more: what came right after a message was held back, or another process was at it."""

    def look(self, home: "Home", alerts: Iterable["Alert"], *, owner: bool, beaten: bool = False) -> bool:
        """Starts the process where an alert is new, a heartbeat was made, or a message was held back.

        owner: this process has the heartbeat. Another one tells of nothing but that the heart has stopped.
        Returns whether it was started. What keeps it from that is tried again: the heartbeat goes on.
        """
        if not self.wanted(home):
            return False
        open_now = [alert for alert in alerts if alert.acked_at is None]
        if not owner:
            open_now = [alert for alert in open_now if alert.cause is AlertCause.HEART_STOPPED]
        known, now = frozenset(alert.key for alert in open_now), self._monotonic()
        fresh, again = bool(known - self._known), self._again_at is not None and now >= self._again_at
        if not (beaten or fresh or again):
            self._known = known
            return False
        try:
            start(home, self._own)
        except OSError:
            self._again_at = now + LATER_S
            return False
        self._known = known
        pause = max(home.policy.notify.every, self._own.every)
        self._again_at = now + pause + LATER_S if fresh else None
        return True

    def wanted(self, home: "Home") -> bool:
        """Whether anybody is to be told anything."""
        policy = home.policy
        return bool(self._own.targets or policy.notify.targets or policy.hooks.on) or policy.ping != Ping()


def start(home: "Home", own: NotifyPolicy) -> None:
    """Starts one look of `notify.teller`. Raises OSError."""
    import msgspec

    from swarm.processes.beside import start_beside

    start_beside("swarm.notify.teller", home.layout.root, env=inherited(os.environ), given=msgspec.json.encode(own))
