"""A person talks to an agent in a terminal: its headless run ends first, and its session is given back after."""

from collections.abc import Callable

from swarm.errors import Busy, NotFound, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record
from swarm.lifecycle import messaging, relaunch, stop
from swarm.lifecycle.detach import Returned, Talk, alone, give_back, has_results, lives, refused, talk_of
from swarm.lifecycle.intents import at_work, me
from swarm.lifecycle.root_turn import is_root
from swarm.model.agent import Identity
from swarm.model.audit_verb import AuditVerb
from swarm.model.launch import Launch
from swarm.model.record import Phase, Record
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.processes.identity import identify

MayGoOn = Callable[[], bool]
"""Whether the program may go on where it stands still: nobody has paused it."""
Client = Callable[[Launch, Callable[[int], MayGoOn]], int]
"""Runs a program in a person's terminal until it ends, and returns its exit code. It says its pid once it runs."""


def why_not(home: Home, record: Record | None) -> str:
    """Why nobody can talk to this agent in a terminal now; '' where it can be tried."""
    rests = record is not None and record.phase is Phase.IDLE and is_root(home, record)
    if record is None or (record.phase is not Phase.RUNNING and not rests):
        return "it does not run"
    if record.taken_over:
        return f"{record.taken_over} has it already"
    if record.paused is not None:
        return "it is paused"
    program = messaging.program_of(home, record)
    if program is None or not program.has_sessions:
        return f"its program ({record.program}) has no sessions that a person could go on with"
    return ""


def take_over(home: Home, record: Record, client: Client, who: str) -> Returned:
    """Ends the headless run, has the person talk, and takes the session up again. who: the person, for people.

    The slot stays the agent's all the time. However `client` ends, with an exception too, the session is taken up
    again, unless results are there, or somebody has ended the agent meanwhile. Raises Refused `attach`, Busy,
    SwarmError.
    """
    agent = home.layout.agent(record.id)
    why = why_not(home, record)
    if why:
        raise refused(record.id, why)
    if has_results(home, record):
        raise refused(record.id, "it has written its results, and is about to end", f"swarm-tui read {record.id}")
    talk = talk_of(home, record)
    launch = talk.program.take_over(talk.spec, home.layout, agent, talk.session)
    if launch is None:
        raise refused(record.id, f"its program ({record.program}) cannot go on in a terminal")
    with alone(agent) as mine:
        if not mine:
            raise Busy(f"{record.id!r} is being taken over by somebody else.", hint="Wait until they have left.")
        with at_work([record.spawn_id]):
            before = _intend(home, record, who)
            try:
                _end_headless(home, before)
            except BaseException:
                current = _settle_down(home, before, clear=True)
                if current is not None and not lives(home, current):
                    give_back(home, current, -1)
                raise
            return _talk(home, before, launch, client, talk)


def _talk(home: Home, before: Record, launch: Launch, client: Client, talk: Talk) -> Returned:
    agent = home.layout.agent(before.id)
    code = -1
    try:
        relaunch.make_ready(agent, launch)
        audit.record(
            home,
            AuditVerb.ATTACH,
            agent=before.id,
            spawn_id=before.spawn_id,
            by=before.taken_over,
            session=talk.session,
        )
        code = client(launch, lambda pid: _say_taken_over(home, before, pid))
    finally:
        current = _settle_down(home, before)
        if current is not None and current.process and current.phase is Phase.RUNNING and current.paused is None:
            home.runner.stop(current, agent, 0.0)  # what the person's session left running
        returned = give_back(home, before, code)
        audit.record(
            home,
            AuditVerb.DETACH,
            agent=before.id,
            spawn_id=before.spawn_id,
            reason=returned.why,
            how=returned.how,
            exit_code=code,
        )
    return returned


def _intend(home: Home, record: Record, who: str) -> Record:
    before = record

    def change(state: State) -> State:
        nonlocal before
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or (why := why_not(home, found)):
            raise refused(record.id, why if found is not None and found.spawn_id == record.spawn_id else "it is gone")
        before = replace(found, taken_over=who, taken_at=read_now(state.epoch, home.clock).awake)
        return with_record(state, replace(before, phase=Phase.SPAWNING, starter=me()))

    home.ledger.commit(change, purpose=f"take over {record.id}")
    return before


def _end_headless(home: Home, before: Record) -> None:
    """Ends what runs by itself. Raises SwarmError `attach` where something of it stays."""
    if before.phase is Phase.IDLE:
        return
    plain = replace(before, taken_over="")
    grace = home.policy.stop.grace
    stop.ask_to_end(home, plain, grace)
    report = home.runner.stop(plain, home.layout.agent(before.id), grace)
    if not report.gone:
        raise SwarmError(
            f"{before.id!r} cannot be taken over.",
            f"Its run by itself did not end: {report.unverified or 'something of it is still there'}",
            f"Look at it with: swarm-tui log {before.id} -f",
            code="attach",
        )
    if has_results(home, before):
        raise NotFound(f"{before.id!r} has just ended by itself.", "Its results are there.", code="ended")


def _say_taken_over(home: Home, before: Record, pid: int) -> MayGoOn:
    process: Identity | None = identify(pid, before.spawn_id)

    def change(state: State) -> State:
        found = state.agents.get(before.id)
        if found is None or found.spawn_id != before.spawn_id or found.phase is Phase.ENDED:
            return state
        phase = Phase.RUNNING if found.phase is Phase.SPAWNING else found.phase
        return with_record(state, replace(found, phase=phase, keeper=None, process=process, starter=None))

    def may_go_on() -> bool:
        found = home.ledger.read().agents.get(before.id)
        return found is None or found.paused is None

    if process is not None:
        home.ledger.commit(change, purpose=f"record who talks to {before.id}")
    return may_go_on


def _settle_down(home: Home, before: Record, *, clear: bool = False) -> Record | None:
    """Our intent is taken back; the record as it is then, None where it is another spawn's.

    clear: nobody has taken it over.
    """

    def change(state: State) -> State:
        found = state.agents.get(before.id)
        if found is None or found.spawn_id != before.spawn_id or found.starter != me():
            return state
        phase = Phase.RUNNING if found.phase is Phase.SPAWNING else found.phase
        after = replace(found, phase=phase, starter=None)
        return with_record(state, replace(after, taken_over="", taken_at=None) if clear else after)

    state = home.ledger.commit(change, purpose=f"after {before.taken_over} left {before.id}")
    found = state.agents.get(before.id)
    return found if found is not None and found.spawn_id == before.spawn_id else None
