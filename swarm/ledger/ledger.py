"""The ledger: what the engine records of the swarm, read without waiting and changed one revision at a time."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from functools import partial
from typing import NamedTuple

from swarm.errors import Busy, Code, HomeError, Refused
from swarm.ledger import audit_log, codec, revisions
from swarm.ledger.outbox import Outbox, audited_by
from swarm.ledger.planted import put_right
from swarm.ledger.publishing import Outcome, publish
from swarm.ledger.revisions import Look, Stamp, Trouble, look
from swarm.ledger.state import State, with_forgotten, with_record
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Record, Ref
from swarm.model.time import Clock, Epoch, Now, read_now, renew, start_epoch
from swarm.model.values import replace
from swarm.protocol.paths import Layout
from swarm.store import locks, writer

Change = Callable[[State], State]
Step = Callable[[Record, Now], Record | None]
"""Makes the next record of one spawn, given the clocks; None leaves the record as it is."""
Lines = Callable[[State], Iterable[AuditLine]]
"""Makes the audit lines of a commit, given the state that is committed."""
NO_LOCKS = "locks do not work on this file system"


class _Seen(NamedTuple):
    stamp: Stamp
    look: Look


class Ledger:
    """The ledger of one home. Safe to use from several threads; any number of processes may have one of their own."""

    def __init__(self, layout: Layout, clock: Clock, *, wait: float = 10.0) -> None:
        """wait: seconds that a commit waits for its turn before it raises Busy."""
        self._layout = layout
        self._clock = clock
        self._wait = wait
        self._seen: _Seen | None = None
        self._guard = threading.Lock()
        self._newest: State | None = None
        self._own_epoch: Epoch | None = None
        self._unreported: tuple[Trouble, ...] = ()
        self._outbox = Outbox(layout)

    def read(self) -> State:
        """The newest committed state. Never waits, never locks, never writes; two calls of stat where nothing changed.

        A state.json that is missing, cut, edited or older than its revisions is passed over: see `recoveries`.
        Raises HomeError `missing`, `damaged`, `newer`, `foreign`.
        """
        if self._layout.foreign:
            raise HomeError("There is no ledger here.", "This is not a swarm home: no swarm.toml.", code=Code.FOREIGN)
        seen = self._seen
        if (
            seen is not None
            and revisions.stamp_of(self._layout) == seen.stamp
            and not revisions.exists(self._layout.rev(seen.look.top + 1))
        ):
            return seen.look.state
        with self._guard:
            stamp, found = self._look_without_lock()
            self._notice(found)
            # A revision that is being written gets looked at again, whatever the stamp says.
            self._seen = None if found.unfinished else _Seen(stamp, found)
        return found.state

    def now(self) -> Now:
        """The clocks as the ledger counts them. Where there is no ledger, awake time starts with this process."""
        try:
            return read_now(self.read().epoch, self._clock)
        except HomeError:
            self._own_epoch = self._own_epoch or start_epoch(self._clock)
            return read_now(self._own_epoch, self._clock)

    def recoveries(self) -> tuple[Alert, ...]:
        """Returns what the last `read` had to pass over, as alerts; the next commit repairs and records it."""
        seen, wall = self._seen, self._clock.wall()
        alerts = [Alert("", each.cause, each.text, "", wall, wall) for each in self._unreported]
        if seen is not None:
            alerts += [
                Alert(agent, trouble.cause, trouble.text, spawn_id, wall, wall)
                for agent, spawn_id, trouble in revisions.findings(seen.look)
            ]
        return tuple({alert.key: alert for alert in alerts}.values())

    def commit(
        self,
        change: Change,
        *,
        purpose: str,
        lines: Lines | None = None,
        then: Callable[[State], None] | None = None,
    ) -> State:
        """Change the state, as one revision (protocol.md, Commits to the ledger).

        change: pure, because it runs again where another process was faster. Where it raises (Refused), nothing is
        written; where it returns the state that it got, no revision is made. purpose: a few words for processes that
        wait. lines: pure too; they are committed with the state and written while the lock is held, so that the log has
        the order of the ledger; a line that cannot be written, or whose writer died, is written by a later commit.
        then: called once with the committed state while the lock is held, for what else belongs to this moment.

        Returns the committed state. Raises Busy naming who holds the lock, HomeError `full`, `read-only` and those of
        `read`, SwarmError: then nothing was committed. What `then` raises comes after the commit.
        """
        return self._commit(change, purpose, lines, then, None)

    def update(
        self,
        ref: Ref,
        step: Step,
        *,
        purpose: str,
        also: Callable[[State, Record], State] | None = None,
        line: Callable[[Record], AuditLine | None] | None = None,
    ) -> Record | None:
        """Changes the record of one spawn in one commit; where the ledger has a later spawn, changes nothing.

        step: pure, gets the record as it is now; returns the new record, the same record where nothing has to change,
        or None where it comes too late. also: what else belongs to the same commit. line: makes the audit line of the
        new record, where something was changed.

        Returns what `step` returned; None too where the ledger no longer has that spawn. Raises as `commit`.
        """
        answer: Record | None = None
        changed = False

        def change(state: State) -> State:
            nonlocal answer, changed
            found = ref.find(state.agents)
            answer = step(found, read_now(state.epoch, self._clock)) if found is not None else None
            changed = answer is not None and answer is not found
            if answer is None or not changed:
                return state
            state = with_record(state, answer)
            return also(state, answer) if also is not None else state

        def lines(_: State) -> Iterable[AuditLine]:
            said = line(answer) if line is not None and answer is not None and changed else None
            return () if said is None else (said,)

        self.commit(change, purpose=purpose, lines=lines)
        return answer

    def tell(self) -> None:
        """Writes the audit lines that a process which died owed, where there are any. Raises as `commit`."""
        if self._outbox.lacks(self.read()):
            self.commit(lambda state: state, purpose="write the lines that are owed")

    def rebuild(self) -> State:
        """Builds the ledger from the agents' files, which win over what it said before; makes a missing lock again.

        The files do not prove that a process runs: the next heartbeat looks at each that ran. Raises as `commit`, but
        not for a ledger that is missing or damaged.
        """
        from swarm.ledger.rebuild import from_tree  # reads every agent's files: not for a verb's start

        for directory in (self._layout.swarm, self._layout.agents):
            writer.make_dir(directory)
        self._make_lock()
        change = partial(from_tree, self._layout, wall=self._clock.wall())
        return self._commit(change, "rebuild the ledger", None, None, self._fresh)

    @staticmethod
    def create(layout: Layout, clock: Clock) -> State:
        """The ledger of a new home, with its lock and its empty logs; raises Refused `exists` where there is one."""
        for directory in (layout.swarm, layout.revs, layout.agents):
            writer.make_dir(directory)
        ledger = Ledger(layout, clock)
        for path in (layout.lock, layout.events, layout.heartbeats):
            with suppress(FileExistsError):
                writer.write_new(path, b"")
        if revisions.exists(layout.state) or os.listdir(layout.revs):
            raise Refused(Code.EXISTS, f"There is a ledger in {str(layout.swarm)!r} already.", "Nothing was changed.")
        return ledger._commit(lambda state: replace(state), "make the ledger", None, None, ledger._fresh)

    def _commit(
        self,
        change: Change,
        purpose: str,
        lines: Lines | None,
        then: Callable[[State], None] | None,
        fresh: Callable[[], State] | None,
    ) -> State:
        if self._layout.foreign:
            raise Refused(Code.READ_ONLY, "This is not a swarm home: there is no swarm.toml.", "Nothing was changed.")
        give_up = time.monotonic() + self._wait
        troubles: list[Trouble] = [*self._unreported, *put_right(self._layout)]
        while True:
            with ExitStack() as locked:
                self._lock(locked, purpose, troubles, max(0.0, give_up - time.monotonic()))
                outcome, new = self._attempt(change, lines, troubles, fresh)
                if outcome is Outcome.COMMITTED:
                    if then is not None:
                        then(new)
                    return new
            if time.monotonic() >= give_up:
                raise Busy(
                    "The ledger could not be changed.",
                    f"Others were faster, or the disk too slow, for {self._wait:g} s ({outcome.value}).",
                    "Try again.",
                )
            time.sleep(0.02 * os.urandom(1)[0] / 256)  # jitter: two processes that collided must not collide again

    def _attempt(
        self, change: Change, lines: Lines | None, troubles: list[Trouble], fresh: Callable[[], State] | None
    ) -> tuple[Outcome, State]:
        """Tries once, under the lock; adds what the next try has to report to `troubles`."""
        started = time.monotonic()
        with self._guard:
            found = self._look_to_commit(fresh)
            self._notice(found)
        owed = self._outbox.still_owed(found.state)
        audited, lost = audited_by(self._layout, found.state)
        new = revisions.with_alerts(
            change(found.state), found, (*troubles, *self._unreported, *lost), self._clock.wall()
        )
        if new is found.state:
            self._outbox.say(lines(new) if lines is not None else ())
            return Outcome.COMMITTED, new
        if found.unfinished:
            return Outcome.LATE, new
        new = with_forgotten(found.state, new)
        new = replace(new, revision=found.top + 1, epoch=renew(found.state.epoch, self._clock), audited=audited)
        new = self._outbox.packed(new, owed, lines(new) if lines is not None else ())
        data = codec.encode(new)
        outcome = publish(self._layout, data, found, started)
        if outcome is Outcome.COMMITTED:
            revisions.remember(data, new)
            with self._guard:
                self._unreported, self._seen, self._newest = (), None, new
            for trouble in lost:
                audit_log.append_gap(self._layout, trouble.text, self._clock.wall())
            self._outbox.send(new)
        elif outcome is Outcome.TAKEN:
            text = f"another process committed revision {found.top + 1} while the lock was held here; nothing was lost"
            troubles.append(Trouble(AlertCause.LOCKS, f"{NO_LOCKS}: {text}"))
        return outcome, new

    def _look_to_commit(self, fresh: Callable[[], State] | None) -> Look:
        try:
            return look(self._layout, thorough=True)
        except HomeError as error:
            if fresh is None or error.code not in (Code.MISSING, Code.DAMAGED):
                raise
            return revisions.look_at_ruins(self._layout, fresh())

    def _fresh(self) -> State:
        return State(0, os.urandom(16).hex(), start_epoch(self._clock))

    def _lock(self, stack: ExitStack, purpose: str, troubles: list[Trouble], wait: float) -> None:
        """Takes the lock, and makes a missing one again: not the lock but the numbered revision makes a commit, so
        two holders of two lock files can lose time, never a change (reliability.md CC10)."""
        try:
            stack.enter_context(locks.FileLock(self._layout.lock, wait, purpose))
        except locks.LockMissing:
            self.read()  # raises where this is no home: a lock must not be made there
            self._make_lock()
            troubles.append(
                Trouble(AlertCause.LOCK_MISSING, "swarm/lock was missing and was made again; it must not be deleted")
            )
            stack.enter_context(locks.FileLock(self._layout.lock, wait, purpose))
        except locks.NoLocks:
            troubles.append(Trouble(AlertCause.LOCKS, f"{NO_LOCKS}; revisions alone keep commits apart"))

    def _make_lock(self) -> None:
        with suppress(FileExistsError):
            writer.write_new(self._layout.lock, b"")

    def _look_without_lock(self) -> tuple[Stamp, Look]:
        """Looks at the files, again where a writer was at work: only what stays odd is odd."""
        for _ in range(10):
            stamp = revisions.stamp_of(self._layout)
            found = look(self._layout, thorough=False)
            if not found.repairs or revisions.stamp_of(self._layout) == stamp:
                break
        return stamp, found

    def _notice(self, found: Look) -> None:
        """Notes where the files are older than what this process has seen (reliability.md OP4)."""
        before, after = self._newest, found.state
        if not found.unfinished:
            self._newest = after
        if before is None or found.unfinished:
            return
        if before.home_id != after.home_id:
            self._unreported = (
                Trouble(AlertCause.LEDGER_WENT_BACK, "another home's ledger was put in the place of this one"),
            )
        elif after.revision < before.revision:
            text = f"the ledger went back from revision {before.revision} to {after.revision}: was a backup restored?"
            self._unreported = (Trouble(AlertCause.LEDGER_WENT_BACK, text),)
