"""Starts the process that tells the operator, where there is somebody to tell and something new. Never waits for it."""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from swarm.config.notify_policy import NotifyPolicy, Ping
from swarm.model.causes import AlertCause
from swarm.programs.environment import inherited

if TYPE_CHECKING:
    import subprocess

    from swarm.home.context import Home
    from swarm.model.record import Alert

_started: "list[subprocess.Popen[bytes]]" = []


class Teller:
    """Knows of one home what was there when the operator was last told. Its owner of the heartbeat asks it.

    own: the targets of the operator's own file.
    """

    def __init__(self, own: NotifyPolicy | None = None) -> None:
        self._own = own or NotifyPolicy()
        self._known: frozenset[str] | None = None

    def look(self, home: "Home", alerts: Iterable["Alert"], *, owner: bool, beaten: bool = False) -> bool:
        """Starts the process where an alert is new, or a heartbeat was made. Returns whether it did.

        owner: this process has the heartbeat. Another one tells of nothing but that the heart has stopped.
        """
        open_now = [alert for alert in alerts if alert.acked_at is None]
        if not owner:
            open_now = [alert for alert in open_now if alert.cause is AlertCause.HEART_STOPPED]
        before, self._known = self._known, frozenset(alert.key for alert in open_now)
        fresh = bool(self._known - (before or frozenset()))
        if not (beaten or fresh) or not self.wanted(home):
            return False
        start(home, self._own)
        return True

    def wanted(self, home: "Home") -> bool:
        """Whether anybody is to be told anything."""
        policy = home.policy
        return bool(self._own.targets or policy.notify.targets or policy.hooks.on) or policy.ping != Ping()


def start(home: "Home", own: NotifyPolicy) -> None:
    """Starts one look of `notify.teller`."""
    import subprocess

    import msgspec

    _started[:] = [each for each in _started if each.poll() is None]
    process = subprocess.Popen(
        # -P: what lies in the home is no code of ours.
        [sys.executable, "-P", "-m", "swarm.notify.teller", str(home.layout.root)],
        cwd=home.layout.root,
        env=inherited(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(process)
    if process.stdin is not None:
        with process.stdin as given:
            given.write(msgspec.json.encode(own))  # far less than a pipe holds
