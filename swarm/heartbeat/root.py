"""The root's turns: one at each heartbeat where `[root] on`, with the digest as its words, one at a time."""

from contextlib import suppress

from swarm.ending.end import fail_turn, record_verified
from swarm.ending.intents import Order, at_work, me, must_run, record_start
from swarm.ending.leftovers import any_left
from swarm.ending.root_turn import Turn, write_turn
from swarm.ending.settle import settle
from swarm.errors import Code, Refused, SwarmError
from swarm.formatting import spell_duration
from swarm.heartbeat.root_launch import launch_for, program_of, put_log_aside, session_for, spec_of, words_for
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, raise_alert, with_record
from swarm.ledger.transitions import Idle, Spawning, first, move
from swarm.lifecycle.detach import exclusive
from swarm.lifecycle.stagger import wait_for_turn, with_turn
from swarm.lifecycle.stop import stop_alone
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.agent import AgentSpec
from swarm.model.audit_line import AuditLine
from swarm.model.beat import Beat
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase, Record, Ref
from swarm.model.requests import StopOutcome
from swarm.model.time import Now, read_now
from swarm.model.values import replace
from swarm.programs.base import Program
from swarm.protocol import inbox
from swarm.rules.budgets.spawns import takes_too_long, turn_age
from swarm.scan.scanner import Scanner


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
        if refusal.code in (Code.TURN, Code.STOPPED):
            return False  # another process was faster, or the operator has stopped it
        raise
    return True


def stop_overdue_turn(home: Home) -> bool:
    """Stops the root's turn where it has taken longer than it may, with an alert; returns whether it did."""
    record = home.ledger.read().agents.get(home.policy.root.id)
    if record is None or record.phase is not Phase.RUNNING or not _overdue(home, record):
        return False
    return _stop_overdue(home, record)


def stop_turn(home: Home, reason: str) -> list[StopOutcome]:
    """Stops the root's turn and no agent below it. Returns what ended: nothing without a turn. Raises SwarmError."""
    record = home.ledger.read().agents.get(home.policy.root.id)
    if record is None:
        return []
    order = Order(reason, home.policy.stop.grace, str(home.actor), automatic=True)
    return stop_alone(home, record.ref, order, purpose="stop the root's turn")


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
    search_last_turn(home)
    with at_work([spec.spawn_id]):
        intent, reserved = intend_turn(home, spec, program)
        try:
            session = "" if put_log_aside(home, agent, intent) else session_for(home, agent, spec, last)
            inbox.end_turn(agent, heard=last is None or last.ending in (Ending.DONE, Ending.KILLED))
            words, delivered_to = words_for(home, agent, beat, scanner, last)
            launch, offset = launch_for(home, agent, spec, program, session, words)
            inbox.begin_turn(agent, delivered_to)
            write_turn(agent, Turn(beat.n, offset, launch.session or session))
            wait_for_turn(home, reserved.last_start)
            started = home.runner.spawn(agent, launch)
        except BaseException as error:
            why = str(error) if isinstance(error, SwarmError) else f"{type(error).__name__}: {error}"
            fail_turn(home, intent, why, purpose="give the root's turn up")
            raise

        def line(running: Record) -> AuditLine:
            return audit.line(
                home,
                AuditVerb.WAKE,
                agent=running.id,
                spawn_id=running.spawn_id,
                reason=f"heartbeat {beat.n}, {'its session goes on' if session else 'a fresh session'}",
                n=beat.n,
                pid=started.program.pid,
            )

        running = record_start(home, intent, *started, purpose="record the root's turn", line=line)
        must_run(running, "The root's turn was ended while it was being started.")


def search_last_turn(home: Home) -> None:
    """Searches again for what could not be excluded of the last turn, and ends it; the next turn forgets its processes.

    Not while the operator attaches: the terminal's program carries the same marker.
    """
    if not _in_doubt(home):
        return
    agent = home.layout.agent(home.policy.root.id)
    with exclusive(agent) as mine:
        last = _in_doubt(home) if mine else None
        if last is None:
            return
        report = home.runner.stop(last, agent, 0.0)
        if report.gone and not report.unverified and not any_left(last):
            record_verified(home, last)


def _in_doubt(home: Home) -> Record | None:
    last = home.ledger.read().agents.get(home.policy.root.id)
    return last if last is not None and last.phase is Phase.IDLE and last.unverified else None


def intend_turn(home: Home, spec: AgentSpec, program: Program) -> tuple[Record, State]:
    """The intent: the root's record as being started. Raises Refused where another turn has begun meanwhile."""

    def change(state: State) -> State:
        found = state.agents.get(spec.id)
        if found is not None and found.live:
            raise Refused(Code.TURN, "A turn of the root goes on already.", "One at a time.")
        now = read_now(state.epoch, home.clock)
        return with_turn(home, with_record(state, _beginning(found, spec, now)), program.start_cost_s)

    state = home.ledger.commit(change, purpose="wake the root")
    return state.agents[spec.id], state


def _beginning(found: Record | None, spec: AgentSpec, now: Now) -> Record:
    """The record of a turn that begins; what the root has used up so far stays."""
    idle = Ref(spec.id, spec.spawn_id).match(found) or replace(first(spec, Idle(), now), slots=1)
    begun = replace(
        idle,
        role=spec.role,
        parent=None,
        program=spec.program,
        requested_by=str(ENGINE),
        spawned=now.awake,
        spawned_at=now.wall,
        paused=None,
        paused_total=0.0,
    )
    return move(begun if begun.phase is Phase.IDLE else move(begun, Idle()), Spawning(me()))


def _say_trouble(home: Home, why: str) -> None:
    root = home.policy.root.id
    record = home.ledger.read().agents.get(root)
    spawn_id = record.spawn_id if record is not None else ""
    error = SwarmError("The root could not be woken.", why, code=Code.ROOT)
    audit.record(home, AuditVerb.WAKE, agent=root, spawn_id=spawn_id, error=error)
    _say(home, AlertCause.ROOT_FAILED, f"its turn failed: {why}", spawn_id)


def _say(home: Home, cause: AlertCause, text: str, spawn_id: str) -> None:
    root = home.policy.root.id

    def change(state: State) -> State:
        return raise_alert(state, root, cause, text, spawn_id, home.clock.wall())

    home.ledger.commit(change, purpose=f"say that the root is in trouble ({cause})")
