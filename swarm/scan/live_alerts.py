"""Alerts that hold from the first look on, whether a heartbeat comes to raise them or not: they stand in no ledger."""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm.model.snapshot import Access, Snapshot
from swarm.model.time import Now
from swarm.rules.heart import alert_of

if TYPE_CHECKING:
    from swarm.home.context import Home


def live_alerts(snapshot: Snapshot, home: "Home", now: Now) -> tuple[Alert, ...]:
    """Those that the ledger does not hold already: the heart has stopped; swarm.toml is damaged."""
    known = {alert.key for alert in snapshot.alerts}
    return tuple(alert for alert in _found(snapshot, home, now) if alert.key not in known)


def _found(snapshot: Snapshot, home: "Home", now: Now) -> Iterator[Alert]:
    if (stopped := alert_of(snapshot, home.policy, now)) is not None:
        yield stopped
    error = home.policy_error
    if error is not None and snapshot.pulse.access is not Access.MISSING:
        since = _edited(home)
        yield Alert("", AlertCause.POLICY, f"{error} {home.policy_words}", "", since, since)


def _edited(home: "Home") -> float:
    """Wall seconds at which swarm.toml was last written; where it is gone, its directory."""
    for path in (home.layout.policy, home.layout.root):
        with suppress(OSError):
            return max(0.0, os.lstat(path).st_mtime)
    return 0.0
