"""Intents in the ledger, to start an agent or to stop a subtree: which process carries one out, and what came of it."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from msgspec import Struct

from swarm.errors import Code, Refused, SwarmError
from swarm.home.context import Home
from swarm.ledger import transitions
from swarm.ledger.state import State, with_record
from swarm.ledger.transitions import Stopping, move
from swarm.model.agent import Identity
from swarm.model.audit_line import AuditLine
from swarm.model.record import Phase, Record
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.processes.identity import has_ended, identify


@lru_cache(maxsize=4)
def _identity_of(pid: int) -> Identity:
    identity = identify(pid)
    if identity is None:
        raise SwarmError("This process cannot see itself.", "The kernel does not show it.", "Is /proc mounted?")
    return identity


def me() -> Identity:
    """This process, as it stands in intents."""
    return _identity_of(os.getpid())


_at_work: Counter[str] = Counter()
"""How many threads of this process are at work on a spawn, by its id: one may stop what another is still starting."""
_guard = threading.Lock()


@contextmanager
def at_work(spawn_ids: Iterable[str] = ()) -> Iterator[Callable[[Iterable[str]], None]]:
    """Marks the intents of these spawns as carried out by a thread of this process, for the block.

    Yields a function that adds more of them: to be called before the intent can be seen, in the commit's change.
    """
    mine: set[str] = set()

    def add(more: Iterable[str]) -> None:
        new = set(more) - mine
        mine.update(new)
        with _guard:
            _at_work.update(new)

    add(spawn_ids)
    try:
        yield add
    finally:
        with _guard:
            _at_work.subtract(mine)
            for spawn_id in mine:
                if not _at_work[spawn_id]:
                    del _at_work[spawn_id]


def abandoned(record: Record) -> bool:
    """No process carries its intent out any more. One that cannot be looked at from here is taken to live."""
    doer = record.starter if record.phase is Phase.SPAWNING else record.stopper
    return given_up(doer, record.spawn_id)


def given_up(doer: Identity | None, work: str, *, own: int = 0) -> bool:
    """Whether `doer` does not do this work any more: it has ended, or is this process, and no thread of it does it.

    own: 1 where the calling thread has begun the same work, and asks about the others.
    """
    return dead_or_none(doer) or (doer == me() and _at_work[work] <= own)


def dead_or_none(identity: Identity | None) -> bool:
    """There is no such process any more."""
    return identity is None or has_ended(identity)


Apply = Callable[[Record, Now], Record]
"""What becomes of the rest of a record together with its phase, given the clocks."""
Line = Callable[[Record], AuditLine]
"""Makes the audit line of an outcome."""


def record_start(
    home: Home,
    intent: Record,
    keeper: Identity | None,
    process: Identity,
    *,
    purpose: str,
    apply: Apply = lambda found, _: found,
    line: Line | None = None,
) -> Record | None:
    """Records that what this intent was to start runs, unless it was stopped meanwhile.

    intent: the record while SPAWNING. line: the audit line of a start that stands. Returns the record as it is then:
    RUNNING; or STOPPING, and its stopper ends what was started; or None where its end is recorded already: no other
    process waits for these names any more, so what was started is ended here.
    """

    record = _record(
        home, intent, lambda found, now: transitions.started(apply(found, now), keeper, process), purpose, line
    )
    if record is None:
        orphan = replace(intent, keeper=keeper, process=process)
        home.runner.stop(orphan, home.layout.agent(intent.id), 0.0)
    return record


def withdraw_start(
    home: Home,
    intent: Record,
    *,
    purpose: str,
    apply: Apply = lambda found, _: found,
    line: Line | None = None,
) -> Record | None:
    """Takes back the intent to start a running agent again, and returns its record as it is then.

    It is as it was before. Where an order to stop it came in the middle, its stopper waits no longer. None where its
    end is recorded already.
    """
    return _record(home, intent, lambda found, now: transitions.withdrawn(apply(found, now)), purpose, line)


def _record(home: Home, intent: Record, outcome: Apply, purpose: str, line: Line | None) -> Record | None:
    """Commits an outcome for the process that carries this intent out: not where its end or a recovery came first."""

    def step(found: Record, now: Now) -> Record | None:
        if not found.live:
            return None
        return outcome(found, now) if found.starter == intent.starter else found

    def said(record: Record) -> AuditLine | None:
        return line(record) if line is not None and record.phase is Phase.RUNNING else None

    return home.ledger.update(intent.ref, step, purpose=purpose, line=said)


def must_run(record: Record | None, title: str) -> Record:
    """Returns the record of a start that stands; raises Refused `stopped` where it was stopped meanwhile."""
    if record is None or record.phase is not Phase.RUNNING:
        raise Refused(Code.STOPPED, title, "The process that stops it ends what had started.")
    return record


def live_below(state: State, agent_id: str) -> list[Record]:
    """The agents of a subtree that hold a slot, the top one included, deepest first."""
    members = [
        record
        for record in state.agents.values()
        if record.holds_slot and (record.id == agent_id or record.id.startswith(agent_id + "/"))
    ]
    return sorted(members, key=lambda record: (-record.id.count("/"), record.id))


def abandoned_branches(state: State, root: str) -> frozenset[str]:
    """Closed branches in which no agent is being stopped."""
    stopping = [record.id for record in state.agents.values() if record.phase is Phase.STOPPING]
    return frozenset(
        branch
        for branch in state.branches_closed
        if not any(branch == root or each == branch or each.startswith(branch + "/") for each in stopping)
    )


class Order(Struct, frozen=True):
    """How a subtree is to be stopped. grace: seconds. by: who ordered it, for people."""

    reason: str
    grace: float
    by: str
    taken_over: bool = False
    """The process that was stopping it died: the words of its order stay in the record."""
    automatic: bool = False
    """A heartbeat ordered it: an agent that has written its results is first given a moment to end by itself."""
    accepts: str = ""
    """The ended agent of which the operator, who was told what may be left of it, leaves just that alone."""


def live_members(state: State, agent_id: str, root: str) -> list[Record]:
    """The live agents of a subtree, deepest first; for the root all of them, with the root's own turn, if any."""
    if agent_id != root:
        return live_below(state, agent_id)
    members = [record for record in state.agents.values() if record.holds_slot and (record.id != root or record.live)]
    return sorted(members, key=lambda record: (-record.id.count("/"), record.id))


def to_be_stopped(state: State, agent_id: str, root: str) -> list[Record]:
    """Those of a subtree that no other process is stopping."""
    return [
        record
        for record in live_members(state, agent_id, root)
        if record.phase is not Phase.STOPPING or abandoned(record)
    ]


def mark_stopping(state: State, members: Sequence[Record], branch: str, order: Order) -> State:
    """The state with the intent: `branch` takes no spawns, and this process stops these agents of it."""
    for record in members:
        if record.phase is not Phase.ENDED:
            state = with_record(state, move(record, Stopping(me(), order.reason, order.by)))
    return replace(state, branches_closed=state.branches_closed | {branch}) if members else state


def reopen_branch(home: Home, branch: str) -> None:
    """The branch takes spawns again: the root always, an agent that is spawned anew."""
    if branch in home.ledger.read().branches_closed:
        home.ledger.commit(
            lambda state: replace(state, branches_closed=state.branches_closed - {branch}),
            purpose=f"open {branch} again",
        )
