"""Newer and newer snapshots: a paced scan is the truth, events make it sooner. One thread."""

import os
import threading
import time
from collections.abc import Callable, Collection
from itertools import islice

from swarm.errors import SwarmError
from swarm.model.snapshot import Snapshot, Watching
from swarm.scan.coverage import Coverage
from swarm.scan.fs_events import NOTHING, EventsLost, FsEvents
from swarm.scan.pacing import PART
from swarm.scan.scanner import Scanner
from swarm.tracking.files import FILES

PER_SECOND = 60
"""Snapshots from events: as many as a screen shows."""
ELSEWHERE_S = 0.1
"""The pause between looks at news of agents that are not on the screen: in a burst they are looked at together."""
LOOK_PAUSE = 4.0
"""After a look that an event asked for, at least this many times its processor time passes before the next."""
BURST_STEP_S = 0.004
"""While news waits, so often it listens for more, and so long it rests between two parts of a scan."""
FOLLOW_PAUSE = 20.0
"""The same by the clock for watching other directories, for which all threads wait: 20 ms for a thousand."""
EVENTS_PAUSE, BLIND_PAUSE = 100.0, 4.0
"""The same for paced scans, where events come as well and where they do not."""
LONGEST_PAUSE_S = 5.0
CATCH_UP_S, CATCH_UP_PAUSE = 0.1, 4.0
"""While there is more to read than one scan may: the pause at least, and how many times as long as the scan took."""
SIGN_OF_LIFE_S = 5.0
"""A snapshot is handed on at least this often, changed or not: it says that the scan still runs."""
RETRY_S = 30.0
TOLD_S = 1.0
"""Seconds within which an event must tell of what a scan found first."""


class Watch:
    """Calls `on_snapshot` from its own thread whenever something changed. Start it once, stop it once."""

    def __init__(
        self, scanner: Scanner, *, seen_s: float, unseen_s: float, on_snapshot: Callable[[Snapshot], None]
    ) -> None:
        """seen_s, unseen_s: seconds between paced scans while a person looks at the screen and while none does.

        While none looks, events make it no sooner either.
        """
        self.scanner = scanner
        self.seen_s = seen_s
        self.unseen_s = unseen_s
        self.in_sight: Collection[str] | None = None
        """Ids of the agents on the screen: news of others waits for them. Any thread may set it; None says all."""
        self._on_snapshot = on_snapshot
        self._visible = True
        self._poked = False
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._events: FsEvents | None = None
        self._coverage = Coverage(os.fspath(scanner.home.layout.agents.parent))
        self._shown = self._looked = (float("-inf"), 0.0)
        """The last look at news of what is on the screen, and at any: when, and the processor time that it took."""
        self._followed = -1
        self._follow_at = 0.0
        self._retry_at = 0.0
        self._handed_on = -1
        self._handed_on_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="swarm-watch", daemon=True)

    def start(self) -> None:
        """Begins to look; the first snapshot comes at once."""
        self.scanner.measure(self._visible)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Ends the looking; waits up to `timeout` seconds for a look that is under way."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def poke(self) -> None:
        """Looks now: something was done that one wants to see."""
        self._poked = True
        self._woken.set()

    def visible(self, seen: bool) -> None:
        """Says whether a person looks at the screen; one who comes back sees the present state at once."""
        if seen == self._visible:
            return
        self._visible = seen
        self.scanner.measure(seen)
        self._poked = self._poked or seen
        self._woken.set()

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                try:
                    self._look_on()
                except (OSError, SwarmError) as error:
                    self._say(Watching.SCAN, f"a scan failed: {error}")
                except Exception as error:  # noqa: BLE001 - the operator would go on looking at an old snapshot
                    self._say(Watching.SCAN, f"a scan failed: {type(error).__name__}: {error}")
                self._stopped.wait(1.0)
        finally:
            self._close_events()

    def _look_on(self) -> None:
        """Looks until it is stopped."""
        self._hand_on(
            self.scanner.paced()
        )  # the caller that shows the first snapshot has looked at everything a moment ago
        cost = 0.0
        scanned = time.monotonic()
        shown = elsewhere = NOTHING
        while not self._stopped.is_set():
            self._open_events()
            self._follow()
            due = float("-inf") if self._has_lost_cover() else scanned + self._pause(cost)
            until = min(due, self._follow_at) if self._has_to_follow() else due
            if shown or elsewhere:
                until = min(until, self._next_look(seen=bool(shown)))
            timeout = 0.0 if self.scanner.unfinished else until - time.monotonic()
            heard = self._listen(timeout, more=bool(shown or elsewhere))
            if self._stopped.is_set():
                return
            fresh = self._of_those_in_sight(heard)
            shown, elsewhere = shown | fresh, elsewhere | (heard - fresh)
            if shown and time.monotonic() >= self._next_look(seen=True):
                self._look_at(shown, seen=True)
                shown = NOTHING
            elif elsewhere and time.monotonic() >= self._next_look(seen=False):
                some = frozenset(islice(elsewhere, PART))
                self._look_at(some, seen=False)
                elsewhere -= some
            if self._poked:
                self._poked = False
                self._hand_on(self.scanner.full())
                scanned, shown, elsewhere = time.monotonic(), NOTHING, NOTHING
            elif self.scanner.unfinished or time.monotonic() >= due:
                started = time.monotonic()
                begins, calm = not self.scanner.unfinished, self.scanner.pacing.calm
                self._hand_on(self.scanner.paced())
                if not calm:  # a scan that looks at few files is no reason to look at processes more often
                    cost = time.monotonic() - started + (0.0 if begins else cost)
                scanned = started if begins else scanned
                if self.scanner.pacing.surprised:
                    self._hear_of_surprise(started)

    def _has_lost_cover(self) -> bool:
        """Notes whether events tell of each change; returns whether they do no longer: then a scan looks at once."""
        calm = self.scanner.pacing.calm
        since = self._coverage.quiet_since(self._events, followed=not self._has_to_follow())
        self.scanner.pacing.quiet_since = since
        return calm and since is None

    def _hear_of_surprise(self, began: float) -> None:
        """A scan found what no event had told by then. Where none comes, events are relied on no more."""
        heard = self._listen(TOLD_S, more=False)
        if self._events is None or self._events.stirred_at < began - TOLD_S:
            self._coverage.doubted = True
        if heard:
            self._hand_on(self.scanner.rescan(heard))

    def _pause(self, cost: float) -> float:
        """Seconds from scan to scan: what was asked for, more where a scan takes long."""
        wanted = self.seen_s if self._visible else self.unseen_s
        share = EVENTS_PAUSE if self._events is not None else BLIND_PAUSE
        pause = max(wanted, min(share * cost, max(LONGEST_PAUSE_S, BLIND_PAUSE * cost)))
        return min(pause, max(CATCH_UP_S, CATCH_UP_PAUSE * cost)) if self.scanner.behind else pause

    def _next_look(self, *, seen: bool) -> float:
        """When news may be looked at again, in monotonic seconds. seen: news of what is on the screen."""
        at, cost = self._shown if seen else self._looked
        pause = self.unseen_s if not self._visible else 1 / PER_SECOND if seen else ELSEWHERE_S
        return at + max(pause, LOOK_PAUSE * cost)

    def _look_at(self, paths: frozenset[str], *, seen: bool) -> None:
        began = time.thread_time()  # on a busy machine the wall's time grows with what piles up meanwhile
        self._hand_on(self.scanner.rescan(paths))
        self._looked = time.monotonic(), time.thread_time() - began
        if seen:
            self._shown = self._looked

    def _of_those_in_sight(self, paths: frozenset[str]) -> frozenset[str]:
        """Those that belong to what is on the screen, or that are no report of an agent that is known."""
        seen = self.in_sight
        if seen is None:
            return paths
        found = ((path, *self.scanner.tree.nearest(path)) for path in paths)
        return frozenset(path for path, agent, rest in found if agent is None or rest not in FILES or agent.id in seen)

    def _listen(self, timeout: float, *, more: bool) -> frozenset[str]:
        """The paths of what changed, as soon as something did. more: there is news that waits already."""
        if self._poked:
            return NOTHING
        if more:  # not for each path of a burst by itself
            self._woken.wait(BURST_STEP_S if self._visible else max(BURST_STEP_S, timeout))
            timeout = 0.0
        try:
            if self._events is not None:
                return self._events.wait(timeout)
            self._woken.wait(max(0.0, timeout))
        except EventsLost as lost:
            self._lose_events(str(lost))
        finally:
            self._woken.clear()
        return NOTHING

    def _open_events(self) -> None:
        if self._events is not None or time.monotonic() < self._retry_at:
            return
        if not self.scanner.home.policy.watch.events:
            self._retry_at = float("inf")
            self._say(Watching.SCAN, "events are off ([watch] events)")
            return
        self._events = FsEvents(self.scanner.home.layout, self._woken, self._stopped)
        self._followed, self._follow_at = -1, 0.0

    def _lose_events(self, why: str) -> None:
        self._close_events()
        self._retry_at = time.monotonic() + RETRY_S
        self._poked = True  # what had been heard by then is lost too
        self._say(Watching.SCAN, why)

    def _close_events(self) -> None:
        events, self._events = self._events, None
        if events is not None:
            events.close()

    def _has_to_follow(self) -> bool:
        return self._events is not None and (self._followed != self.scanner.structure or self._events.stale)

    def _follow(self) -> None:
        """Watches the directories that are there now; what happened in fresh ones before is looked at."""
        started = time.monotonic()
        if self._events is None or not self._has_to_follow() or started < self._follow_at:
            return
        self._followed = self.scanner.structure
        layout = self.scanner.home.layout
        try:
            fresh, why = self._events.follow([str(layout.agents.parent), *self.scanner.watchable()])
        except EventsLost as lost:
            self._lose_events(str(lost))
            return
        self._follow_at = time.monotonic() + FOLLOW_PAUSE * (time.monotonic() - started)
        self._say(Watching.EVENTS, f"events reach only {why}" if why else "")
        if fresh:
            self._hand_on(self.scanner.rescan(fresh))

    def _say(self, how: Watching, why: str) -> None:
        self.scanner.watching = (how, why)

    def _hand_on(self, snapshot: Snapshot) -> None:
        at = time.monotonic()
        if snapshot.generation != self._handed_on or at - self._handed_on_at >= SIGN_OF_LIFE_S:
            self._handed_on, self._handed_on_at = snapshot.generation, at
            self._on_snapshot(snapshot)
