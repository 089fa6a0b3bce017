"""The operator attaches to an agent in a terminal: its headless run ends first, and its session is detached after."""

from collections.abc import Callable

from swarm.ending.intents import at_work, me, record_start, withdraw_start
from swarm.errors import Busy, Code, NotFound, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.transitions import Spawning, move
from swarm.lifecycle import messaging, relaunch, terminal_talk
from swarm.lifecycle.detach import Detached, Session, detach, exclusive, has_results, lives, not_attachable, session_of
from swarm.model.actor import AuditVerb
from swarm.model.launch import Launch
from swarm.model.record import Phase, Record
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.processes.identity import identify

MayGoOn = Callable[[], bool]
"""Whether the program may go on where it stands still: the agent is not paused."""
Client = Callable[[Launch, Callable[[int], MayGoOn]], int]
"""Runs a program in the operator's terminal until it ends, and returns its exit code. It says its pid once it runs."""


def why_not(home: Home, record: Record | None) -> str:
    """Why the operator cannot attach to this agent now; '' where it can be tried."""
    idle = record is not None and record.phase is Phase.IDLE and home.is_root(record.id)
    if record is not None and record.phase is Phase.WAITING:
        return "it waits for its service; resume tries it again at once"
    if record is None or (record.phase is not Phase.RUNNING and not idle):
        return "it does not run"
    if record.taken_over:
        return f"{record.taken_over} has it already"
    if record.paused is not None:
        return "it is paused"
    program = messaging.program_of(home, record)
    if program is None or not program.has_sessions:
        return f"its program ({record.program}) has no sessions that a person could go on with"
    return ""


def attach_terminal(home: Home, record: Record, client: Client, who: str) -> Detached:
    """Ends the headless run, lets the operator talk, and detaches: the session goes on headless. who: for people.

    The slot stays the agent's all the time. However `client` ends, with an exception too, the agent is relaunched with
    its session, unless results are there, or it was ended meanwhile. Raises Refused `attach`, Busy, SwarmError.
    """
    agent = home.layout.agent(record.id)
    why = why_not(home, record)
    if why:
        raise not_attachable(record.id, why)
    if has_results(home, record):
        raise not_attachable(
            record.id, "it has written its results, and is about to end", f"swarm-tui read {record.id}"
        )
    session = session_of(home, record)
    launch = session.program.take_over(session.spec, home.layout, agent, session.key)
    if launch is None:
        raise not_attachable(record.id, f"its program ({record.program}) cannot go on in a terminal")
    # Asked before its run is ended: a session that cannot go on here would be given up for nothing.
    if says := session.program.why_not_logged_in(launch):
        raise not_attachable(
            record.id,
            f"its program cannot be used in a terminal: {says}. Its run goes on",
            f"Log in for {session.program.name} as the user that spawned it; or end it, and start it again from a "
            f"shell that is logged in: swarm-tui respawn {record.id} --here",
        )
    with exclusive(agent) as mine:
        if not mine:
            raise Busy(f"{record.id!r} is being attached to, or detached, by another process.", hint="Wait for it.")
        with at_work([record.spawn_id]):
            intent = _intend(home, record, who)
            try:
                _end_headless(home, replace(intent, taken_over=""))
            except BaseException:
                current = _leave(home, intent, clear=True)
                if current is not None and not lives(home, current):
                    detach(home, current, -1)
                raise
            return _talk(home, intent, launch, client, session)


def _talk(home: Home, intent: Record, launch: Launch, client: Client, session: Session) -> Detached:
    agent = home.layout.agent(intent.id)
    code = -1
    try:
        relaunch.make_ready(agent, launch)
        begun = terminal_talk.look(home, intent, session.program, session.key)
        audit.record(
            home, AuditVerb.ATTACH, agent=intent.id, spawn_id=intent.spawn_id, by=intent.taken_over, session=session.key
        )

        def runs(pid: int) -> MayGoOn:
            terminal_talk.begin(home, intent, begun)
            return _record_client(home, intent, pid)

        code = client(launch, runs)
    finally:
        current = _leave(home, intent)
        if current is not None and current.process and current.phase is Phase.RUNNING and current.paused is None:
            home.runner.stop(current, agent, 0.0)  # what the operator's terminal left running
        left = detach(home, intent, code)
        audit.record(
            home,
            AuditVerb.DETACH,
            agent=intent.id,
            spawn_id=intent.spawn_id,
            reason=left.why,
            how=left.how,
            exit_code=code,
        )
    return left


def _intend(home: Home, record: Record, who: str) -> Record:
    """The intent stands in the ledger first, so that no look takes the end of the headless run for the agent's."""

    def step(found: Record, now: Now) -> Record:
        if why := why_not(home, found):
            raise not_attachable(record.id, why)
        return replace(move(found, Spawning(me())), taken_over=who, taken_at=now.awake)

    intent = home.ledger.update(record.ref, step, purpose=f"attach to {record.id}")
    if intent is None:
        raise not_attachable(record.id, "it is gone")
    return intent


def _end_headless(home: Home, record: Record) -> None:
    """Ends the headless run. Raises SwarmError `attach` where something of it stays."""
    if home.is_root(record.id) and record.process is None:
        return  # between two turns, nothing of it runs
    grace = home.policy.stop.grace
    messaging.ask_to_end(home, record, grace)
    report = home.runner.stop(record, home.layout.agent(record.id), grace)
    if not report.gone:
        raise SwarmError(
            f"{record.id!r} cannot be attached to.",
            f"Its headless run did not end: {report.unverified or 'something of it is still there'}",
            f"Look at it with: swarm-tui log {record.id} -f",
            code=Code.ATTACH,
        )
    if has_results(home, record):
        raise NotFound(f"{record.id!r} has just ended by itself.", "Its results are there.", code=Code.ENDED)


def _record_client(home: Home, intent: Record, pid: int) -> MayGoOn:
    """Records the program in the terminal as the agent's; one whose agent has ended meanwhile is stopped at once."""
    process = identify(pid, intent.spawn_id)
    if process is not None:
        record_start(home, intent, None, process, purpose=f"record who is attached to {intent.id}")

    def may_go_on() -> bool:
        found = intent.ref.find(home.ledger.read().agents)
        return found is None or found.paused is None

    return may_go_on


def _leave(home: Home, intent: Record, *, clear: bool = False) -> Record | None:
    """Takes our intent back; returns the record as it is then, None where it has ended. clear: forget who attached."""

    def left(found: Record, _: Now) -> Record:
        return replace(found, taken_over="", taken_at=None) if clear else found

    return withdraw_start(home, intent, purpose=f"after {intent.taken_over} left {intent.id}", apply=left)
