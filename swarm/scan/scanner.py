"""Tree and ledger -> `Snapshot`, incrementally: one changed agent costs one agent."""

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from swarm.model.snapshot import AgentView, Problem, Snapshot, Watching
from swarm.model.stray import Dismissal
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.probes.probes import Effort, Probes, Sampler
from swarm.scan.file_changes import FileChanges
from swarm.scan.first_rows import FIRST, first_rows
from swarm.scan.hierarchy import Hierarchy
from swarm.scan.ledger_view import LedgerView
from swarm.scan.live_alerts import live_alerts
from swarm.scan.pacing import Pacing, Wanted
from swarm.scan.sums import Sums
from swarm.scan.tree_problems import problems_of_home, problems_of_tree
from swarm.scan.unrecorded import Unrecorded
from swarm.scan.view import view_of
from swarm.tracking.files import ENDED, EXIT, FILES, PROGRESS, RESULTS, SPEC, AgentFiles
from swarm.tracking.tracked_agent import TrackedAgent
from swarm.tracking.tree import Tree

if TYPE_CHECKING:
    from swarm.home.context import Home

_DECIDE_GHOSTS = frozenset({RESULTS, SPEC, ENDED})
_DECIDE_UNKNOWN = _DECIDE_GHOSTS | {PROGRESS}
"""The same of those that the ledger does not know: what they report bears out that an agent is at work."""
_PROCESS_FILES = frozenset({EXIT, SPEC})


class Scanner:
    """Looks at a home and keeps what it has seen, so that the next look is cheap. Reads only; any thread may call it.

    Views that did not change stay the same objects from snapshot to snapshot, and `generation` grows only when
    something did.
    """

    def __init__(self, home: "Home", *, sampler: Sampler | None = None) -> None:
        self.home = home
        self.tree = Tree(home.layout, home.policy.watch.ignore)
        self.watching = (Watching.SCAN, "")
        """How changes are heard of, `events` or `scan`, and why not better. Set by the watch."""
        self._ledger_view = LedgerView(home)
        self._probes = Probes(home, sampler)
        self._hierarchy = Hierarchy(home.policy)
        self._lock = threading.RLock()
        self._tracked: dict[str, TrackedAgent] = {}
        self._unrecorded = Unrecorded(self._tracked, self.tree)
        self._dismissed: tuple[Dismissal, ...] = ()
        self._order: list[TrackedAgent] = []
        self._place: dict[str, int] = {}
        self._views: list[AgentView] = []
        self._sums = Sums()
        self.pacing = Pacing(self.tree)
        self._tree_problems: tuple[tuple[str, Problem], ...] = ()
        self._found, self._looked = False, Now(0.0, 0.0)
        """Whether the last look found files or directories that are not as they were; and when it was."""
        self.last: Snapshot | None = None
        """What the last look saw, for any caller; None before the first."""

    def full(self, effort: Effort = Effort.ALL) -> Snapshot:
        """Looks at everything. effort: with PLACES only at who is there and below whom, sub-agents among them."""
        with self._lock:
            return self._scan(None, effort=effort)

    def first_look(self) -> Snapshot:
        """Everything, as `full` sees it; of a large swarm what there is to show at once, with `pulse.looking`."""
        with self._lock:
            if self.last is None and self.tree.look_from_top(FIRST):
                return first_rows(self.home, self.tree)
            return self._first() if self.last is None else self._scan(None, effort=Effort.ALL)

    def paced(self) -> Snapshot:
        """The scan of every second or so: everything that lives, and from time to time the rest (pacing.py).

        In a large swarm one call does a part of it, so that events need not wait; `unfinished` says so: call again.
        """
        with self._lock:
            if self.last is None:
                return self._first()
            effort = Effort.URGENT if self.pacing.unfinished else Effort.SOME
            started = time.perf_counter()
            snapshot = self._scan(self.pacing.next_part(), effort=effort)
            self.pacing.took(time.perf_counter() - started, self._lives, found=self._found, now=self._looked)
            return snapshot

    def _first(self) -> Snapshot:
        """The first look of a caller that goes on looking: no snapshot waits for long transcripts."""
        self._probes.output_readers.patient = False
        try:
            return self._scan(None, effort=Effort.ALL)
        finally:
            self._probes.output_readers.patient = True

    @property
    def unfinished(self) -> bool:
        """The last `paced` has not looked at everything yet."""
        return self.pacing.unfinished

    @property
    def behind(self) -> bool:
        """Programs have printed more than the scans so far may have read."""
        return self._probes.output_readers.behind

    def rescan(self, paths: Iterable[str]) -> Snapshot:
        """Looks at the agents that these paths (files or directories, absolute) belong to, and at the ledger."""
        with self._lock:
            if self.last is None:
                return self._first()
            wanted: dict[str, frozenset[str] | None] = {}
            for path in paths:
                directory, rest = self.tree.nearest(path)
                if directory is not None:
                    files = frozenset((rest,)) if rest in FILES else FILES
                    wanted[directory.id] = files | (wanted.get(directory.id) or frozenset())
            return self._scan(wanted, effort=Effort.URGENT)

    @property
    def structure(self) -> int:
        """Grows when directories come or go: then what is watched has to change."""
        return self.tree.structure

    def measure(self, wanted: bool) -> None:
        """Whether paced scans also measure what processes use: for as long as a person looks at it."""
        self._probes.measuring = wanted

    def watchable(self) -> list[str]:
        """The directories in which changes matter, most lively first."""
        with self._lock:
            return [directory.path for directory in self.pacing.order()]

    # -- one scan ------------------------------------------------------------------------------------------------

    def _scan(self, wanted: Wanted | None, *, effort: Effort) -> Snapshot:
        """wanted: directory id -> files to look at (None: those that grow); None for everything."""
        started = time.perf_counter()
        # Disk first, ledger second: a spawn writes its record before its directory, so no directory lacks its record.
        self.tree.look(wanted)
        listed = self.tree.take_changes()
        self.pacing.brisk |= listed
        moved = self._take_directories(listed)
        due = self._tracked.keys() if wanted is None else self._tracked.keys() & listed.union(wanted)
        changes = self._read_files([self._tracked[known] for known in due], wanted, listed)
        self._found, self._looked = bool(listed or changes.dirty), self.home.now()
        now = self._looked
        recorded = self._take_records(changes)
        for agent in changes.glanced:
            if agent.id not in changes.fresh:
                agent.seen, agent.looked_wall = now.awake, now.wall
        for known in changes.fresh:
            self._tracked[known].was_as_seen(self.pacing.still_at)
            if self._tracked[known].look_at_progress(now):
                changes.dirty.add(known)
        urgent = [self._tracked[known] for known in changes.urgent | recorded if known in self._tracked]
        state = self._ledger_view.state
        changes.dirty |= self._probes.look(self._tracked, now, state, urgent=urgent, effort=effort)
        moved |= self._unrecorded.take_inner(self._probes.output_readers.inner_agents(self._tracked), changes.dirty)
        moved |= self._unrecorded.take_strays(self._probes.strays.found, changes.dirty)
        moved |= self._take_dismissed()
        if moved or recorded or changes.ghosts or self.last is None:
            dismissed = {each.id for each in self._dismissed if each.process is None}
            changes.dirty |= self._hierarchy.arrange(self._tracked, self._ledger_view.records, dismissed)
        changed = self._rebuild(changes.dirty, now)
        if listed or self.last is None:
            self._tree_problems = problems_of_tree(self.tree)
        if wanted is None:
            self.pacing.end_thorough(time.perf_counter() - started if self.last else 0.0, self._lives)
        return self._snapshot(now, changed=changed)

    def _take_directories(self, listed: set[str]) -> bool:
        """Agents come and go with their directories. Returns whether any did."""
        structural = False
        for found in listed:
            directory = self.tree.directories.get(found)
            agent = self._tracked.get(found)
            if directory is not None and directory.is_agent:
                if agent is None:
                    agent = self._tracked[found] = TrackedAgent(found, is_root=found == self.home.policy.root.id)
                    structural = True
                if agent.directory is not directory:
                    agent.directory, agent.files = directory, AgentFiles(directory.path)
            elif agent is not None and agent.directory is not None:
                agent.directory, agent.files = None, None
                agent.out_of_sight = self.tree.root.error
                structural = True
                if agent.nothing:
                    del self._tracked[found]
        return structural

    def _take_dismissed(self) -> bool:
        """Whether the operator has dismissed another, or taken a dismissal back, since the last look."""
        state = self._ledger_view.state
        before, self._dismissed = self._dismissed, state.dismissed if state is not None else ()
        return before != self._dismissed

    def _read_files(self, agents: list[TrackedAgent], wanted: Wanted | None, listed: set[str]) -> FileChanges:
        changes = FileChanges(listed & self._tracked.keys())
        for agent in agents:
            files, directory = agent.files, agent.directory
            if files is None or directory is None:
                changes.fresh.add(agent.id)
                continue
            named = FILES if wanted is None or agent.id in listed else wanted.get(agent.id)
            due = named or files.restless
            read = files.refresh(directory.files, due)
            if files.linked:
                self.pacing.linked.add(agent.id)
            if read:
                changes.dirty.add(agent.id)
                decides = _DECIDE_GHOSTS if agent.record is not None else _DECIDE_UNKNOWN
                changes.ghosts = changes.ghosts or not decides.isdisjoint(read)
                if not _PROCESS_FILES.isdisjoint(read):
                    changes.urgent.add(agent.id)
            if agent.observed is None or PROGRESS in read or SPEC in read:
                changes.fresh.add(agent.id)
            elif PROGRESS in due:
                changes.glanced.append(agent)
        return changes

    def _take_records(self, changes: FileChanges) -> set[str]:
        """Takes in the ledger; returns the ids whose record changed."""
        changed = self._ledger_view.read_ledger()
        for known in changed:
            agent = self._tracked.get(known)
            if agent is None:
                agent = self._tracked[known] = TrackedAgent(known, is_root=known == self.home.policy.root.id)
                agent.out_of_sight = self.tree.root.error
            agent.take_record(self._ledger_view.records.get(known))
            if agent.nothing:
                del self._tracked[known]
                changes.dirty.discard(known)
                changes.fresh.discard(known)
                continue
            if agent.record is None and agent.files is not None and agent.directory is not None:
                agent.files.refresh(agent.directory.files, FILES)  # its ended.json was written before
            changes.dirty.add(known)
            changes.fresh.add(known)
        return changed

    def _rebuild(self, dirty: set[str], now: Now) -> bool:
        """Makes the views of who changed; returns whether any is new."""
        order = self._hierarchy.order
        changed = order is not self._order
        for known in dirty & self._tracked.keys():
            if self._tracked[known].hidden:
                continue
            before, after = self._tracked[known].view, view_of(self._tracked[known], now)
            if after is not before:
                changed = True
                self._sums.note(before, after)
                if order is self._order:
                    self._views[self._place[known]] = after
        if order is not self._order:
            self._order, self._sums.stale = order, True
            self._views = [agent.view if agent.view is not None else view_of(agent, now) for agent in order]
            self._place = {agent.id: place for place, agent in enumerate(order)}
        return changed

    def _lives(self, known: str) -> bool:
        return (agent := self._tracked.get(known)) is not None and not agent.over

    def _snapshot(self, now: Now, *, changed: bool) -> Snapshot:
        last, (watching, why) = self.last, self.watching
        ledger, roles = self._ledger_view.snapshot(), self._probes.role_files
        unwatched = self._probes.writes.problem()
        tokens, cost_usd = self._sums.of(ledger, self._ledger_view.records, self._tracked)
        snapshot = replace(
            ledger,
            generation=last.generation + 1 if last else 1,
            agents=tuple(self._views) if changed or last is None else last.agents,
            slots=self._hierarchy.slots,
            disk=self._probes.disk_use.last,
            role_files=roles.digests,
            problems=(
                *problems_of_home(self._order),
                *roles.problems(ledger.role_files, ledger.heartbeat_last_at, self._order),
                *self._tree_problems,
                *([("", unwatched)] if unwatched else ()),
                *ledger.problems,
            ),
            tokens=tokens,
            cost_usd=cost_usd,
            pulse=replace(ledger.pulse, watching=watching, watching_why=why, scanned_at=now.wall),
        )
        if live := live_alerts(snapshot, self.home, now):
            snapshot = replace(snapshot, alerts=(*snapshot.alerts, *live))
        quiet = last is not None and not changed and replace(last.pulse, scanned_at=now.wall) == snapshot.pulse
        if last is not None and quiet and snapshot.shows_the_same(last):
            snapshot = replace(last, pulse=snapshot.pulse)
        self.last = snapshot
        return snapshot
