"""Tree and ledger -> `Snapshot`, incrementally: one changed agent costs one agent."""

import os
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from swarm.model.record import Account
from swarm.model.snapshot import AgentView, Problem, Pulse, Snapshot, Watching
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.costs import totals
from swarm.scan.files import ENDED, EXIT, FILES, PROGRESS, RESULTS, SPEC, AgentFiles
from swarm.scan.ledger_view import LedgerView
from swarm.scan.pacing import Rounds, Wanted
from swarm.scan.probes import Effort, Probes, Sampler
from swarm.scan.tracked_agent import Entry, Hierarchy
from swarm.scan.tree import Tree
from swarm.scan.view import problems_of_tree, view_of

if TYPE_CHECKING:
    from swarm.home.context import Home

_DECIDE_GHOSTS = frozenset({RESULTS, SPEC, ENDED})
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
        self._entries: dict[str, Entry] = {}
        self._inner: set[str] = set()
        """Ids of the entries that are sub-agents inside a program."""
        self._order: list[Entry] = []
        self._place: dict[str, int] = {}
        self._views: list[AgentView] = []
        self._rounds = Rounds(self.tree)
        self._tree_problems: tuple[tuple[str, Problem], ...] = ()
        self._last: Snapshot | None = None

    def full(self) -> Snapshot:
        """Looks at everything."""
        with self._lock:
            return self._scan(None, effort=Effort.ALL)

    def paced(self) -> Snapshot:
        """The scan of every second or so: everything that lives, and from time to time the rest (pacing.py).

        In a large swarm one call does a part of it, so that events need not wait; `unfinished` says so: call again.
        """
        with self._lock:
            if self._last is None:
                return self._first()
            effort = Effort.URGENT if self._rounds.unfinished else Effort.SOME
            started = time.perf_counter()
            snapshot = self._scan(self._rounds.next_part(), effort=effort)
            self._rounds.took(time.perf_counter() - started, self._lives)
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
        return self._rounds.unfinished

    @property
    def behind(self) -> bool:
        """Programs have printed more than the scans so far may have read."""
        return self._probes.output_readers.behind

    def rescan(self, paths: Iterable[str]) -> Snapshot:
        """Looks at the agents that these paths (files or directories, absolute) belong to, and at the ledger."""
        with self._lock:
            if self._last is None:
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

    @property
    def last(self) -> Snapshot | None:
        """What the last look saw, for any caller; None before the first."""
        return self._last

    def measure(self, wanted: bool) -> None:
        """Whether paced scans also measure what processes use: for as long as a person looks at it."""
        self._probes.measuring = wanted

    def now(self) -> Now:
        """The clocks as this home's ledger counts them: what ages are told by."""
        return self._ledger_view.now()

    def watchable(self) -> list[str]:
        """The directories in which changes matter, most lively first."""
        with self._lock:
            return [directory.path for directory in self._rounds.order()]

    # -- one scan ------------------------------------------------------------------------------------------------

    def _scan(self, wanted: Wanted | None, *, effort: Effort) -> Snapshot:
        """wanted: directory id -> files to look at (None: those that grow); None for everything."""
        started = time.perf_counter()
        # Disk first, ledger second: a spawn writes its record before its directory, so no directory lacks its record.
        self.tree.look(wanted)
        listed = self.tree.take_changes()
        self._rounds.brisk |= listed
        moved = self._take_directories(listed)
        entries = self._entries_of(wanted, listed)
        changes = self._read_files(entries, wanted, listed)
        now = self.now()
        recorded = self._take_records(changes)
        for entry in changes.glanced:
            if entry.id not in changes.fresh:
                entry.seen, entry.looked_wall = now.awake, now.wall
        for known in changes.fresh:
            if self._entries[known].look_at_progress(now):
                changes.dirty.add(known)
        urgent = [self._entries[known] for known in changes.urgent | recorded if known in self._entries]
        changes.dirty |= self._probes.look(self._entries, now, urgent=urgent, effort=effort)
        moved = self._take_inner(changes) or moved
        if moved or recorded or changes.ghosts or self._last is None:
            changes.dirty |= self._hierarchy.arrange(self._entries, self._ledger_view.records)
        changed = self._rebuild(changes.dirty, now)
        if listed or self._last is None:
            self._tree_problems = tuple(sorted(problems_of_tree(self.tree), key=_by_owner))
        if wanted is None:
            self._rounds.end_thorough(time.perf_counter() - started, self._lives)
        return self._snapshot(now, changed=changed)

    def _take_directories(self, listed: set[str]) -> bool:
        """Agents come and go with their directories. Returns whether any did."""
        structural = False
        for found in listed:
            directory = self.tree.directories.get(found)
            entry = self._entries.get(found)
            if directory is not None and directory.is_agent:
                if entry is None:
                    entry = self._entries[found] = Entry(found, is_root=found == self.home.policy.root.id)
                    structural = True
                if entry.directory is not directory:
                    entry.directory, entry.files = directory, AgentFiles(directory.path)
            elif entry is not None and entry.directory is not None:
                entry.directory, entry.files = None, None
                if entry.record is None:
                    del self._entries[found]
                    structural = True
        return structural

    def _take_inner(self, changes: "_Changes") -> bool:
        """Sub-agents inside programs come and go with what those say. Returns whether any did."""
        there = self._probes.output_readers.inner_agents(self._entries)
        for known in there.keys() - self._inner:
            if known in self._entries:
                del there[known]  # a directory of that name stands there, and is what is shown
        structural = self._inner != there.keys()
        for known in self._inner - there.keys():
            gone = self._entries.get(known)
            if gone is not None and gone.directory is not None:  # an agent has made one of that name since
                gone.inner = None
                changes.dirty.add(known)
            elif gone is not None:
                del self._entries[known]
        self._inner = set(there)
        for known, inner in there.items():
            entry = self._entries.get(known)
            if entry is None:
                entry = self._entries[known] = Entry(known)
            if entry.inner != inner:
                entry.inner = inner
                changes.dirty.add(known)
        return structural

    def _entries_of(self, wanted: Iterable[str] | None, listed: set[str]) -> list[Entry]:
        if wanted is None:
            return list(self._entries.values())
        return [entry for known in listed.union(wanted) if (entry := self._entries.get(known)) is not None]

    def _read_files(self, entries: list[Entry], wanted: Wanted | None, listed: set[str]) -> "_Changes":
        changes = _Changes(listed & self._entries.keys())
        for entry in entries:
            files, directory = entry.files, entry.directory
            if files is None or directory is None:
                changes.fresh.add(entry.id)
                continue
            named = FILES if wanted is None or entry.id in listed else wanted.get(entry.id)
            due = named or files.restless
            read = files.refresh(directory.files, due)
            if read:
                changes.dirty.add(entry.id)
                changes.ghosts = changes.ghosts or not _DECIDE_GHOSTS.isdisjoint(read)
                if not _PROCESS_FILES.isdisjoint(read):
                    changes.urgent.add(entry.id)
            if entry.observed is None or PROGRESS in read or SPEC in read:
                changes.fresh.add(entry.id)
            elif PROGRESS in due:
                changes.glanced.append(entry)
        return changes

    def _take_records(self, changes: "_Changes") -> set[str]:
        """Takes in the ledger; returns the ids whose record changed."""
        changed = self._ledger_view.read_ledger()
        for known in changed:
            entry = self._entries.get(known)
            if entry is None:
                entry = self._entries[known] = Entry(known, is_root=known == self.home.policy.root.id)
            entry.take_record(self._ledger_view.records.get(known))
            if entry.record is None and entry.directory is None:
                del self._entries[known]
                changes.dirty.discard(known)
                changes.fresh.discard(known)
                continue
            if entry.record is None and entry.files is not None and entry.directory is not None:
                entry.files.refresh(entry.directory.files, FILES)  # its ended.json was written before
            changes.dirty.add(known)
            changes.fresh.add(known)
        return changed

    def _rebuild(self, dirty: set[str], now: Now) -> bool:
        """Makes the views of who changed; returns whether any is new."""
        order = self._hierarchy.order
        changed = order is not self._order
        for known in dirty:
            entry = self._entries.get(known)
            if entry is None:
                continue
            before = entry.view
            after = view_of(entry, now)
            if after is not before:
                changed = True
                if order is self._order:
                    self._views[self._place[known]] = after
        if order is not self._order:
            self._order = order
            self._views = [entry.view if entry.view is not None else view_of(entry, now) for entry in order]
            self._place = {entry.id: place for place, entry in enumerate(order)}
        return changed

    def _lives(self, known: str) -> bool:
        entry = self._entries.get(known)
        return entry is not None and not entry.over

    def _view_of(self, known: str) -> AgentView | None:
        entry = self._entries.get(known)
        return entry.view if entry is not None else None

    def _snapshot(self, now: Now, *, changed: bool) -> Snapshot:
        last, register = self._last, self._ledger_view
        state = register.state
        register.read_beats()
        account = state.account if state else Account()
        revision = state.revision if state else 0
        if last is None or changed or revision != last.revision:
            tokens, cost_usd = totals(account, register.records, self._view_of)
        else:  # of a thousand agents the sum is a third of a scan in which nothing happened
            tokens, cost_usd = last.tokens, last.cost_usd
        snapshot = Snapshot(
            generation=last.generation + 1 if last else 1,
            home=os.fspath(self.home.layout.root),
            agents=tuple(self._views) if changed or last is None else last.agents,
            slots=self._hierarchy.slots,
            alerts=register.alerts(),
            problems=(*self._tree_problems, *(("", problem) for problem in register.problems())),
            beats=register.beats,
            heartbeat_n=state.heartbeat_n if state else 0,
            heartbeat_last_at=state.heartbeat_last_at if state else None,
            heartbeat_last=state.heartbeat_last if state else None,
            heartbeat_running=state.running if state else None,
            owner=state.owner if state else None,
            queue=register.queue(),
            account=account,
            tokens=tokens,
            cost_usd=cost_usd,
            revision=revision,
            pulse=replace(
                register.pulse(),
                watching=self.watching[0],
                watching_why=self.watching[1],
                scanned_at=now.wall,
            ),
            root=self.home.policy.root.id,
        )
        if (
            last is not None
            and not changed
            and snapshot.shows_the_same(last)
            and _said(snapshot.pulse) == _said(last.pulse)
        ):
            snapshot = replace(last, pulse=snapshot.pulse)
        self._last = snapshot
        return snapshot


class _Changes:
    """What reading the files of some agents brought."""

    __slots__ = ("dirty", "fresh", "ghosts", "glanced", "urgent")

    def __init__(self, dirty: set[str]) -> None:
        self.dirty = dirty
        """Ids of those whose view has to be made anew."""
        self.fresh: set[str] = set()
        """Ids of those whose age has to be asked."""
        self.glanced: list[Entry] = []
        """Those whose progress was looked at and is what it was."""
        self.urgent: set[str] = set()
        """Ids of those whose process may have ended or begun."""
        self.ghosts = False
        """An agent may have become a ghost, or no longer be one."""


def _by_owner(found: tuple[str, Problem]) -> tuple[str, str, str]:
    return found[0], found[1].code, found[1].text


def _said(pulse: Pulse) -> tuple[str, str, str, str]:
    return pulse.access, pulse.access_why, pulse.watching, pulse.watching_why
