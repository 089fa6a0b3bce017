"""The phases of an agent, the edges between them, and the one function that moves a record along an edge.

A phase carries its own data: what an agent is moved to (`Spawning`, `Ended`, ...) names all that the phase needs, so
that an end without a time, or a stop without a stopper, cannot be written down. No other module writes a phase.
"""

from collections.abc import Mapping

from msgspec import Struct

from swarm.model.agent import AgentSpec, Identity
from swarm.model.checks import Checks, key_of_checks
from swarm.model.given import key_of
from swarm.model.record import Ending, Phase, Record
from swarm.model.service import Waiting
from swarm.model.time import Now
from swarm.model.values import replace

EDGES: Mapping[Phase | None, frozenset[Phase]] = {
    # The first word about a spawn. RUNNING is what a rebuild found in the tree; IDLE is a root that never had a turn.
    None: frozenset({Phase.QUEUED, Phase.SPAWNING, Phase.RUNNING, Phase.IDLE}),
    # A queued spawn gets its slot, or is taken out of the ledger.
    Phase.QUEUED: frozenset({Phase.SPAWNING}),
    # It runs (or, where it ran before, its start is withdrawn); is stopped in the middle; a root's turn fails to start.
    Phase.SPAWNING: frozenset({Phase.RUNNING, Phase.STOPPING, Phase.ENDED}),
    # It is relaunched or attached to; it is stopped; it ends by itself, or for a trouble of its service.
    Phase.RUNNING: frozenset({Phase.SPAWNING, Phase.STOPPING, Phase.ENDED, Phase.WAITING}),
    # It is taken up again; it is stopped; a person gives it up.
    Phase.WAITING: frozenset({Phase.SPAWNING, Phase.STOPPING, Phase.ENDED}),
    # Another process takes an abandoned stop over; it is gone, or cannot be found any more.
    Phase.STOPPING: frozenset({Phase.STOPPING, Phase.ENDED}),
    # It is looked for again; the root, of which only a turn has ended, goes idle.
    Phase.ENDED: frozenset({Phase.ENDED, Phase.IDLE}),
    # The root's next turn begins, or the operator attaches to it.
    Phase.IDLE: frozenset({Phase.SPAWNING}),
}
"""Every legal edge: from each phase, the phases that may follow."""


class IllegalTransition(Exception):
    """A step asked for an edge that is not in the table: a fault of the code, not a lost race."""


class Queued(Struct, frozen=True):
    """It waits for a slot."""


class Spawning(Struct, frozen=True):
    """It is being started. starter: the process that does it."""

    starter: Identity


class Running(Struct, frozen=True):
    """It runs. Without a keeper, the process is the operator's terminal; a rebuild may know of neither."""

    keeper: Identity | None
    process: Identity | None


class Stopping(Struct, frozen=True):
    """It is being stopped. stopper: the process that does it. by: who ordered it, for people."""

    stopper: Identity
    why: str
    by: str


class Waits(Struct, frozen=True):
    """Its program has ended, and it waits for its service. waiting: why, and until when."""

    waiting: Waiting


class Ended(Struct, frozen=True):
    """It has ended, `at` that time. by: who ended it; '' where it ended by itself or where that is known already.

    exit_code: None where it is not known, or known already. unverified: what cannot be excluded, '' where it is gone.
    """

    ending: Ending
    why: str
    at: Now
    by: str = ""
    exit_code: int | None = None
    unverified: str = ""


class Idle(Struct, frozen=True):
    """The root between two turns."""


First = Queued | Spawning | Running | Idle
To = First | Stopping | Waits | Ended


def move(record: Record, to: To) -> Record:
    """Returns the record moved along one edge, with what that edge sets and clears.

    Raises IllegalTransition where there is no such edge: a step looks at the phase first, and leaves what it lost.
    """
    phase = phase_of(to)
    if phase not in EDGES[record.phase]:
        raise IllegalTransition(f"{record.id}, spawn {record.spawn_id}: {record.phase} -> {phase}")
    match to:
        case Spawning(starter):
            begun = _without_an_end(record) if record.phase is Phase.IDLE else record
            return replace(begun, phase=phase, starter=starter, stopper=None)
        case Running(keeper, process):
            return replace(record, phase=phase, keeper=keeper, process=process, starter=None)
        case Stopping(stopper, why, by):
            # The starter stays: the stopper waits until the start has come to an end.
            return replace(record, phase=phase, stopper=stopper, why=why, ended_by=by)
        case Waits(waiting):
            return replace(record, phase=phase, waiting=waiting)
        case Ended():
            return _ended(record, to)
        case Idle():
            if record.parent is not None:
                raise IllegalTransition(f"{record.id}, spawn {record.spawn_id}: only the root is idle between turns")
            return _idle(record)
        case Queued():
            return replace(record, phase=phase)


def first(
    spec: AgentSpec,
    to: First,
    at: Now,
    *,
    parent: str | None = None,
    reserve: bool = False,
    boxed: bool = False,
    respawn_of: str = "",
) -> Record:
    """Returns the first record of a spawn.

    at: the time from which it ages. parent: who stands above it, where that is not its spec's word. reserve: it was let
    into the reserve. boxed: a box of the system's holds it. respawn_of: the spawn id of the attempt before.
    """
    keeper, process = (to.keeper, to.process) if isinstance(to, Running) else (None, None)
    return Record(
        id=spec.id,
        spawn_id=spec.spawn_id,
        phase=phase_of(to),
        role=spec.role,
        parent=parent if parent is not None else spec.parent,
        slots=spec.slots,
        reserve=reserve,
        program=spec.program,
        boxed=boxed,
        requested_by=spec.created_by,
        spawned=at.awake,
        spawned_at=at.wall,
        keeper=keeper,
        process=process,
        respawn_of=respawn_of,
        owns=spec.owns,
        worktree=spec.worktree,
        checks=Checks(key=key_of_checks(spec.acceptance)),
        promised=key_of(spec.outputs),
        starter=to.starter if isinstance(to, Spawning) else None,
    )


def started(record: Record, keeper: Identity | None, process: Identity | None) -> Record:
    """Returns the record with the outcome of its start: RUNNING, with these processes.

    Where an order to stop it came in the middle it stays STOPPING, and has the names that its stopper waits for.
    """
    if record.phase is Phase.STOPPING:
        return replace(record, keeper=keeper, process=process, starter=None)
    return move(record, Running(keeper, process))


def withdrawn(record: Record) -> Record:
    """Returns the record of a running agent as it was before an intent to start it again that had no effect."""
    return started(record, record.keeper, record.process)


def phase_of(to: To) -> Phase:
    """Returns the phase that a destination stands for."""
    return _PHASES[type(to)]


_PHASES: Mapping[type[To], Phase] = {
    Queued: Phase.QUEUED,
    Spawning: Phase.SPAWNING,
    Running: Phase.RUNNING,
    Stopping: Phase.STOPPING,
    Waits: Phase.WAITING,
    Ended: Phase.ENDED,
    Idle: Phase.IDLE,
}


def _ended(record: Record, to: Ended) -> Record:
    return replace(
        record,
        phase=Phase.ENDED,
        ending=to.ending,
        why=to.why,
        ended_by=to.by or record.ended_by,
        ended=to.at.awake,
        ended_at=to.at.wall,
        exit_code=to.exit_code if to.exit_code is not None else record.exit_code,
        unverified=to.unverified,
        paused=None,
        starter=None,
        stopper=None,
        taken_over="",
        taken_at=None,
        waiting=None,
    )


def _idle(record: Record) -> Record:
    """Keeps how the turn ended. Where a process may be left, keeps the identities too, so that it can be looked for."""
    gone = not record.unverified
    return replace(
        record,
        phase=Phase.IDLE,
        process=None if gone else record.process,
        keeper=None if gone else record.keeper,
        collected_n=None,
        investigated=None,
    )


def _without_an_end(record: Record) -> Record:
    """Clears how the last turn ended; keeps what the agent has used up."""
    return replace(
        record,
        process=None,
        keeper=None,
        ending=None,
        why="",
        ended_by="",
        ended=None,
        ended_at=None,
        exit_code=None,
        unverified="",
        leftovers=(),
    )
