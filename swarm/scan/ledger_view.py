"""What a snapshot says of the swarm itself: ledger, heartbeats, alerts, whether the home can be written."""

import os
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from swarm.errors import SwarmError
from swarm.home import disk
from swarm.model.account import Account
from swarm.model.beat import Beat
from swarm.model.causes import ProblemCode
from swarm.model.disk import Room
from swarm.model.record import Alert, Holder, Record
from swarm.model.snapshot import Access, Problem, Pulse, Snapshot
from swarm.processes.identity import has_ended
from swarm.protocol.heartbeats import read_beats
from swarm.rules.disk import words as disk_words
from swarm.tracking.files import Key, key_of

if TYPE_CHECKING:
    from swarm.home.context import Home
    from swarm.ledger.state import State

ACCESS_S = 5.0


class LedgerView:
    """The ledger and its neighbours as last read. What cannot be read keeps its last value, and is a problem."""

    def __init__(self, home: "Home") -> None:
        self.home = home
        self.state: State | None = None
        self.records: Mapping[str, Record] = {}
        self.beats: tuple[Beat, ...] = ()
        self._why = ""
        self._recovered: tuple[Alert, ...] = ()
        self._beats_key: Key | None = None
        self._bad_beats = 0
        self._access = Pulse()
        self._access_at = float("-inf")

    def read_ledger(self) -> set[str]:
        """Takes in the newest revision; returns the ids whose record changed, came or went."""
        if self.home.layout.foreign:
            return set()
        try:
            state = self.home.ledger.read()
        except SwarmError as error:
            self._why = str(error)
            return set()
        self._why = ""
        recovered = self.home.ledger.recoveries()
        if {(alert.key, alert.text) for alert in recovered} != {(alert.key, alert.text) for alert in self._recovered}:
            self._recovered = recovered  # the same ones again are no change, though their times differ
        if state is self.state:
            return set()
        before, self.state, self.records = self.records, state, state.agents
        changed = {known for known, record in self.records.items() if before.get(known) != record}
        return changed | (before.keys() - self.records.keys())

    def read_beats(self) -> None:
        """Takes in heartbeats.jsonl where it changed."""
        path = self.home.layout.heartbeats
        try:
            key: Key | None = key_of(os.lstat(path))
        except OSError:
            key = None
        if key != self._beats_key:
            self.beats, self._bad_beats = read_beats(path) if key is not None else ((), 0)
            self._beats_key = key

    def snapshot(self) -> Snapshot:
        """What is shown of the ledger and its neighbours; the scanner adds agents, slots, sums and how it looks."""
        self.read_beats()
        state = self.state
        owner, running = (state.owner, state.running) if state else (None, None)
        return Snapshot(
            generation=0,
            home=os.fspath(self.home.layout.root),
            alerts=self.alerts(),
            problems=tuple(("", problem) for problem in self.problems()),
            beats=self.beats,
            heartbeat_n=state.heartbeat_n if state else 0,
            heartbeat_last_at=state.heartbeat_last_at if state else None,
            heartbeat_last=state.heartbeat_last if state else None,
            heartbeat_running=None if _is_gone(running) else running,
            owner=owner,
            owner_gone=_is_gone(owner),
            queue=tuple(waiting.id for waiting in state.queue) if state else (),
            role_files=state.role_files if state else {},
            schedule_due=state.schedule_due if state else (),
            account=state.account if state else Account(),
            revision=state.revision if state else 0,
            pulse=self.pulse(),
            root=self.home.policy.root.id,
        )

    def pulse(self) -> Pulse:
        """Whether the home can be written: asked from time to time, for it costs a look at the disk."""
        if time.monotonic() - self._access_at >= ACCESS_S:
            access, why = self.home.access()
            if access is Access.WRITABLE and (found := disk.look(self.home.layout)).room is Room.NONE:
                access, why = Access.FULL, disk_words(found)
            self._access, self._access_at = Pulse(access, why), time.monotonic()
        return self._access

    def alerts(self) -> tuple[Alert, ...]:
        """The ledger's alerts, and what reading it has mended since."""
        if self.state is None:
            return self._recovered
        known = {alert.key for alert in self.state.alerts}
        return (*self.state.alerts, *(alert for alert in self._recovered if alert.key not in known))

    def problems(self) -> Iterator[Problem]:
        """What is wrong with these files."""
        if self._why:
            yield Problem(ProblemCode.UNREADABLE, f"the ledger: {self._why}")
        if self._bad_beats:
            yield Problem(
                ProblemCode.UNREADABLE, f"heartbeats.jsonl: {self._bad_beats} of its last lines are not records"
            )


def _is_gone(holder: Holder | None) -> bool:
    """Whether its process has ended. A name and a time in the ledger outlive who wrote them, so every look asks."""
    return holder is not None and has_ended(holder.process)
