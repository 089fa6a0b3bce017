"""The root's turns: one at each heartbeat where `[root] on`, with the digest as its words, one at a time."""

from contextlib import suppress

from swarm.errors import Refused, SwarmError
from swarm.formatting import spell_duration
from swarm.heartbeat.root_launch import launch_for, program_of, put_log_aside, session_for, spec_of, words_for
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, raise_alert, with_record
from swarm.lifecycle.end import ended
from swarm.lifecycle.intents import at_work, me
from swarm.lifecycle.root_turn import Turn, resting, said_of, write_turn
from swarm.lifecycle.settle import settle
from swarm.lifecycle.start import take_turn
from swarm.lifecycle.stop import stop_all
from swarm.lifecycle.subtree import Order
from swarm.model.actor import ENGINE
from swarm.model.agent import AgentSpec
from swarm.model.audit_verb import AuditVerb
from swarm.model.causes import AlertCause
from swarm.model.record import Beat, Ending, Phase, Record
from swarm.model.requests import Ended
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.processes.runner import Started, next_start
from swarm.programs.base import Program
from swarm.protocol import inbox
from swarm.rules.spawns import takes_too_long, turn_age
from swarm.scan.scanner import Scanner

UNDER_WAY = "turn"


def wake(home: Home, beat: Beat, scanner: Scanner) -> bool:
    """Begins a turn with the digest of this heartbeat; returns whether one has begun. Never waits, never raises.

    A turn that still goes on is left alone, or stopped where it has taken longer than it may. What goes wrong is an
    alert (`root-failed`) and a line in the audit log: no heartbeat stops for its root.
    """
    acting = replace(home, actor=ENGINE)
    try:
        return _wake(acting, beat, scanner)
    except Exception as error:  # noqa: BLE001  (phase 7 comes after everything that must happen)
        why = str(error) if isinstance(error, SwarmError) else f"{type(error).__name__}: {error}"
        with suppress(SwarmError, OSError):
            _say_trouble(acting, why)
        return False


def _wake(home: Home, beat: Beat, scanner: Scanner) -> bool:
    root = home.policy.root.id
    settle(home, {root})
    state = home.ledger.read()
    record = state.agents.get(root)
    if state.frozen_all:
        return False
    if record is not None and record.live:
        if record.phase is not Phase.RUNNING or not _overdue(home, record):
            return False
        _stop_overdue(home, record)
    try:
        _begin(home, beat, scanner)
    except Refused as refusal:
        if refusal.code == UNDER_WAY:
            return False  # somebody else was faster
        raise
    return True


def stop_overdue_turn(home: Home) -> bool:
    """Stops the root's turn where it has taken longer than it may, with an alert; returns whether it did."""
    record = home.ledger.read().agents.get(home.policy.root.id)
    if record is None or record.phase is not Phase.RUNNING or not _overdue(home, record):
        return False
    return _stop_overdue(home, record)


def stop_turn(home: Home, reason: str) -> list[Ended]:
    """Stops the root's turn and nobody below it; what was ended, nothing where no turn goes on. Raises SwarmError."""
    marked: list[Record] = []
    order = Order(reason, home.policy.stop.grace, str(home.actor), automatic=True)

    with at_work() as begin:

        def intend(state: State) -> State:
            marked.clear()
            found = state.agents.get(home.policy.root.id)
            if found is None or found.phase is not Phase.RUNNING:
                return state
            marked.append(replace(found, phase=Phase.STOPPING, stopper=me(), why=reason, ended_by=order.by))
            begin([found.spawn_id])
            return with_record(state, marked[0])

        home.ledger.commit(intend, purpose="stop the root's turn")
        return stop_all(home, marked, order)


def _overdue(home: Home, record: Record) -> bool:
    return record.paused is None and not record.taken_over and takes_too_long(record, home.policy, home.now())


def _stop_overdue(home: Home, record: Record) -> bool:
    taken, allowed = spell_duration(turn_age(record, home.now())), spell_duration(home.policy.root.timeout)
    reason = f"its turn has taken {taken}, and {allowed} are allowed"
    if not stop_turn(home, reason):
        return False
    _say(home, AlertCause.ROOT_TIMEOUT, f"{reason}; it was stopped", record.spawn_id)
    return True


def _begin(home: Home, beat: Beat, scanner: Scanner) -> None:
    """Starts the turn. Raises SwarmError where it does not start; then the root is idle again."""
    agent = home.layout.agent(home.policy.root.id)
    spec = spec_of(home, agent)
    program = program_of(home, spec)
    last = home.ledger.read().agents.get(spec.id)
    with at_work([spec.spawn_id]):
        record, reserved = _intend(home, spec, program)
        try:
            session = "" if put_log_aside(home, agent, record) else session_for(home, agent, spec, last)
            inbox.end_turn(agent, heard=last is None or last.ending in (Ending.DONE, Ending.KILLED))
            words, told_to = words_for(home, agent, beat, scanner, last)
            launch, offset = launch_for(home, agent, spec, program, session, words)
            inbox.begin_turn(agent, told_to)
            write_turn(agent, Turn(beat.n, offset, launch.session or session, bool(session)))
            take_turn(home, reserved)
            started = home.runner.spawn(agent, launch)
        except BaseException as error:
            _give_up(home, record, str(error) if isinstance(error, SwarmError) else f"{type(error).__name__}: {error}")
            raise
        _say_running(home, record, started, beat.n, resumed=bool(session))


def _intend(home: Home, spec: AgentSpec, program: Program) -> tuple[Record, State]:
    """The intent: the root's record as being started. Raises Refused where another turn has begun meanwhile."""
    made: list[Record] = []

    def change(state: State) -> State:
        made.clear()
        found = state.agents.get(spec.id)
        if found is not None and found.live:
            raise Refused(UNDER_WAY, "A turn of the root goes on already.", "One at a time.")
        if found is None or found.spawn_id != spec.spawn_id:
            found = Record(spec.id, spec.spawn_id, Phase.IDLE)
        now = read_now(state.epoch, home.clock)
        at = next_start(state.last_start, now.awake, home.runner.capacity().cores, program.start_cost_s)
        made.append(_beginning(found, spec, now.awake, now.wall))
        return replace(with_record(state, made[0]), last_start=at)

    state = home.ledger.commit(change, purpose="wake the root")
    return made[0], state


def _beginning(found: Record, spec: AgentSpec, awake: float, wall: float) -> Record:
    """The record of a turn that begins: without what was said of the last one; what it used up so far stays."""
    return replace(
        found,
        phase=Phase.SPAWNING,
        role=spec.role,
        parent=None,
        program=spec.program,
        requested_by=str(ENGINE),
        spawned=awake,
        spawned_at=wall,
        starter=me(),
        stopper=None,
        process=None,
        keeper=None,
        paused=None,
        paused_total=0.0,
        ending=None,
        why="",
        ended_by="",
        ended=None,
        ended_at=None,
        exit_code=None,
        unverified="",
    )


def _say_running(home: Home, record: Record, started: Started, n: int, *, resumed: bool) -> None:
    phase = Phase.RUNNING

    def change(state: State) -> State:
        nonlocal phase
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or not found.live:
            phase = Phase.IDLE
            return state
        # An intent to stop it came meanwhile: whoever has that waits for these names, and ends it.
        phase = Phase.RUNNING if found.phase is Phase.SPAWNING else found.phase
        running = replace(found, phase=phase, keeper=started.keeper, process=started.program, starter=None)
        return with_record(state, running)

    def line(state: State) -> None:
        audit.record(
            home,
            AuditVerb.WAKE,
            agent=record.id,
            spawn_id=record.spawn_id,
            reason=f"heartbeat {n}, {'its session goes on' if resumed else 'a fresh session'}",
            n=n,
            pid=started.program.pid,
            revision=state.revision,
        )

    home.ledger.commit(change, purpose="record the root's turn", then=line)
    if phase is Phase.IDLE:
        gone = replace(record, keeper=started.keeper, process=started.program)
        home.runner.stop(gone, home.layout.agent(record.id), 0.0)


def _give_up(home: Home, record: Record, why: str) -> None:
    """It did not start: the root is idle again, and what was wrong stands in its record."""

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or found.phase is not Phase.SPAWNING:
            return state
        failed = ended(home, found, Ending.FAILED, why)
        return said_of(with_record(state, resting(found, failed)), failed, home.clock.wall())

    home.ledger.commit(change, purpose="give the root's turn up")


def _say_trouble(home: Home, why: str) -> None:
    root = home.policy.root.id
    record = home.ledger.read().agents.get(root)
    spawn_id = record.spawn_id if record is not None else ""
    error = SwarmError("The root could not be woken.", why, code="root")
    audit.record(home, AuditVerb.WAKE, agent=root, spawn_id=spawn_id, error=error)
    _say(home, AlertCause.ROOT_FAILED, f"its turn failed: {why}", spawn_id)


def _say(home: Home, cause: AlertCause, text: str, spawn_id: str) -> None:
    root = home.policy.root.id

    def change(state: State) -> State:
        return raise_alert(state, root, cause, text, spawn_id, home.clock.wall())

    home.ledger.commit(change, purpose=f"say that the root is in trouble ({cause})")
