"""A person talks to an agent in a terminal: its headless run ends first, and its session is taken up again after."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import NamedTuple

from swarm import audit, channel, latch, speaking, store, taking_up, told
from swarm.clock import read_now
from swarm.concluding import ended
from swarm.errors import Busy, NotFound, Refused, SwarmError
from swarm.home import Home
from swarm.intents import at_work, me
from swarm.layout import AgentDir
from swarm.model import AgentSpec, Ending, Identity, Liveness, Phase, Record, ResultsState
from swarm.processes import identify
from swarm.programs import Launch, Program
from swarm.reading import read_spec
from swarm.sessions import missed, session_of
from swarm.settling import results_of
from swarm.state import State, with_record
from swarm.turns import is_root, resting

MayGoOn = Callable[[], bool]
"""Whether the program may go on where it stands still: nobody has paused it."""
Client = Callable[[Launch, Callable[[int], MayGoOn]], int]
"""Runs a program in a person's terminal until it ends, and returns its exit code. It says its pid once it runs."""
WORDS = (
    "Your operator has just talked to you in a terminal, and has left. This is a headless run again: what was agreed "
    "there holds. Go on with your task, report progress, and write results.json when it is done."
)
LOCK = "attach.lock"


class Returned(NamedTuple):
    """What became of the agent when the person left. how: `up`, `rests` (the root), `done`, `ended` or `failed`."""

    agent: str
    code: int
    how: str
    why: str


class _Session(NamedTuple):
    spec: AgentSpec
    program: Program
    session: str


def why_not(home: Home, record: Record | None) -> str:
    """Why nobody can talk to this agent in a terminal now; '' where it can be tried."""
    rests = record is not None and record.phase is Phase.IDLE and is_root(home, record)
    if record is None or (record.phase is not Phase.RUNNING and not rests):
        return "it does not run"
    if record.taken_over:
        return f"{record.taken_over} has it already"
    if record.paused is not None:
        return "it is paused"
    program = speaking.program_of(home, record)
    if program is None or program.kind in ("", "command"):
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
        raise _refused(record.id, why)
    if _has_results(home, record):
        raise _refused(record.id, "it has written its results, and is about to end", f"swarm-tui read {record.id}")
    talk = _session(home, record)
    launch = talk.program.take_over(talk.spec, home.layout, agent, talk.session)
    if launch is None:
        raise _refused(record.id, f"its program ({record.program}) cannot go on in a terminal")
    with _alone(agent) as mine:
        if not mine:
            raise Busy(f"{record.id!r} is being taken over by somebody else.", hint="Wait until they have left.")
        with at_work([record.spawn_id]):
            before = _intend(home, record, who)
            try:
                _end_headless(home, before)
            except BaseException:
                current = _settle_down(home, before, clear=True)
                if current is not None and not _lives(home, current):
                    give_back(home, current, -1)
                raise
            return _talk(home, before, launch, client, talk)


def return_forgotten(home: Home) -> tuple[str, ...]:
    """Takes up again whose terminal is gone while nobody sees to it: a killed `attach`. Returns their ids."""
    returned: list[str] = []
    for record in list(home.ledger.read().agents.values()):
        if not record.taken_over or record.phase is not Phase.RUNNING or record.paused is not None:
            continue
        lives = _lives(home, record)
        if lives and (record.keeper is None or not channel.is_open(home.layout.agent(record.id))):
            continue  # a person talks to it; or its own run was told to end, and is about to
        with _alone(home.layout.agent(record.id)) as mine:
            if not mine or home.ledger.read().agents.get(record.id) != record:
                continue
            if lives:
                _clear(home, record)
            else:
                give_back(home, record, 0)
            returned.append(record.id)
    return tuple(returned)


def _clear(home: Home, record: Record) -> None:
    """Nobody has taken it over: whoever wanted to died before its run by itself was ended, and that goes on."""

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found != record:
            return state
        return with_record(state, taking_up.aged(found, read_now(state.epoch, home.clock).awake))

    home.ledger.commit(change, purpose=f"nobody talks to {record.id}")


def give_back(home: Home, record: Record, code: int) -> Returned:
    """Takes the session up again, headless, and says what came of it. code: how the person's program ended."""
    current = home.ledger.read().agents.get(record.id)
    if current is None or current.spawn_id != record.spawn_id or current.phase is not Phase.RUNNING:
        return Returned(record.id, code, "ended", "somebody has ended it meanwhile")
    if current.paused is not None:
        return Returned(record.id, code, "ended", "it is paused, and goes on at the first heartbeat after that")
    if is_root(home, record):
        _rest(home, current)
        return Returned(record.id, code, "rests", "the next heartbeat wakes it")
    if _has_results(home, record):
        taking_up.fail(home, current, "")
        return Returned(record.id, code, "done", "its results are there")
    if lost := home.runner.lost(current):
        taking_up.fail(home, current, lost)
        return Returned(record.id, code, "failed", lost)
    try:
        talk = _session(home, current)
        agent = home.layout.agent(record.id)
        words = "\n\n".join((WORDS, *missed(told.unconfirmed(agent))))
        launch = talk.program.resume(talk.spec, home.layout, agent, talk.session, words)
        if launch is None:
            raise _refused(record.id, f"its program ({record.program}) cannot take a session up again")
        taking_up.take_up(home, current, launch, reason="its operator has left")
    except SwarmError as error:
        why = f"its session could not be taken up again after its operator left: {error}"
        taking_up.fail(home, current, why)
        return Returned(record.id, code, "failed", why)
    return Returned(record.id, code, "up", "its session goes on")


def _talk(home: Home, before: Record, launch: Launch, client: Client, talk: _Session) -> Returned:
    agent = home.layout.agent(before.id)
    code = -1
    try:
        taking_up.make_ready(agent, launch)
        audit.record(
            home, "attach", agent=before.id, spawn_id=before.spawn_id, by=before.taken_over, session=talk.session
        )
        code = client(launch, lambda pid: _say_taken_over(home, before, pid))
    finally:
        current = _settle_down(home, before)
        if current is not None and current.process and current.phase is Phase.RUNNING and current.paused is None:
            home.runner.stop(current, agent, 0.0)  # what the person's session left running
        returned = give_back(home, before, code)
        audit.record(
            home,
            "detach",
            agent=before.id,
            spawn_id=before.spawn_id,
            reason=returned.why,
            how=returned.how,
            exit_code=code,
        )
    return returned


def _session(home: Home, record: Record) -> _Session:
    """What the session is of, and which. Raises Refused `attach` where none is known."""
    agent = home.layout.agent(record.id)
    spec = read_spec(agent).value
    program = speaking.program_of(home, record)
    if spec is None or program is None or spec.spawn_id != record.spawn_id:
        raise _refused(record.id, "its agent.json is not that of its spawn")
    session = session_of(home, agent, record.program, record.spawn_id)
    if not session:
        raise _refused(record.id, "it has not said yet which session it has")
    return _Session(spec, program, session)


def _intend(home: Home, record: Record, who: str) -> Record:
    before = record

    def change(state: State) -> State:
        nonlocal before
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or (why := why_not(home, found)):
            raise _refused(record.id, why if found is not None and found.spawn_id == record.spawn_id else "it is gone")
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
    speaking.ask_to_end(home, plain, grace)
    report = home.runner.stop(plain, home.layout.agent(before.id), grace)
    if not report.gone:
        raise SwarmError(
            f"{before.id!r} cannot be taken over.",
            f"Its run by itself did not end: {report.unverified or 'something of it is still there'}",
            f"Look at it with: swarm-tui log {before.id} -f",
            code="attach",
        )
    if _has_results(home, before):
        raise NotFound(f"{before.id!r} has just ended by itself.", "Its results are there.", code="ended")


def _has_results(home: Home, record: Record) -> bool:
    """It has nothing more to do. The root thinks in turns, and never has results."""
    return not is_root(home, record) and results_of(home, record.id).state is ResultsState.VALID


def _rest(home: Home, record: Record) -> None:
    """The root is between two turns again; its session goes on with the next one."""

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or found.phase is not Phase.RUNNING:
            return state
        over = ended(home, replace(found, taken_over="", taken_at=None), Ending.DONE, "its operator talked to it")
        return with_record(state, resting(found, over))

    home.ledger.commit(change, purpose="let the root rest")


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


def _lives(home: Home, record: Record) -> bool:
    return home.runner.alive(record) in (Liveness.ALIVE, Liveness.ELSEWHERE)


def _alone(agent: AgentDir) -> AbstractContextManager[bool]:
    store.make_dir(agent.run)
    return latch.held(agent.run / LOCK, 0.0)


def _refused(agent_id: str, why: str, hint: str = "") -> Refused:
    return Refused(
        "attach",
        f"{agent_id!r} cannot be taken over in a terminal.",
        f"{why[:1].upper()}{why[1:]}.",
        hint or f"See what it does with: swarm-tui log {agent_id} -f    or leave it a message",
    )
