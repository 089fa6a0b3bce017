"""The end of a take-over: the agent's session goes on by itself, or what became of it is written down."""

from contextlib import AbstractContextManager
from typing import NamedTuple

from swarm.errors import Refused, SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State, raise_alert, with_record
from swarm.lifecycle import messaging, relaunch
from swarm.lifecycle.end import ended
from swarm.lifecycle.root_turn import is_root, resting
from swarm.lifecycle.sessions import missed, session_of
from swarm.lifecycle.settle import results_of
from swarm.model.agent import AgentSpec, Liveness
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.processes import stdin_channel
from swarm.programs.base import Program
from swarm.protocol import inbox
from swarm.protocol.agent_files import read_spec
from swarm.protocol.paths import AgentDir
from swarm.store import locks, writer

WORDS = (
    "Your operator has just talked to you in a terminal, and has left. This is a headless run again: what was agreed "
    "there holds. Go on with your task, report progress, and write results.json when it is done."
)


class Returned(NamedTuple):
    """What became of the agent when the person left. how: `up`, `rests` (the root), `done`, `ended` or `failed`."""

    agent: str
    code: int
    how: str
    why: str


class Talk(NamedTuple):
    """An agent's session, and what is needed to go on with it."""

    spec: AgentSpec
    program: Program
    session: str


def return_forgotten(home: Home) -> tuple[str, ...]:
    """Takes up again whose terminal is gone while nobody sees to it: a killed `attach`. Returns their ids."""
    returned: list[str] = []
    for record in list(home.ledger.read().agents.values()):
        if not record.taken_over or record.phase is not Phase.RUNNING or record.paused is not None:
            continue
        try:
            if _is_returned(home, record):
                returned.append(record.id)
        except (SwarmError, OSError) as error:  # of one agent: the others, and their heartbeat, go on
            say_trouble(home, record, error)
    return tuple(returned)


def _is_returned(home: Home, record: Record) -> bool:
    alive = lives(home, record)
    if alive and (record.keeper is None or not stdin_channel.is_open(home.layout.agent(record.id))):
        return False  # a person talks to it; or its own run was told to end, and is about to
    with alone(home.layout.agent(record.id)) as mine:
        if not mine or home.ledger.read().agents.get(record.id) != record:
            return False
        if alive:
            _clear(home, record)
        else:
            give_back(home, record, 0)
    return True


def say_trouble(home: Home, record: Record, error: SwarmError | OSError) -> None:
    """An alert: what was left of this agent could not be brought to its end. It is tried again at the next look."""
    text = f"what somebody began with it and left could not be brought to its end: {error}"

    def change(state: State) -> State:
        return raise_alert(state, record.id, AlertCause.ACTION, text, record.spawn_id, home.clock.wall())

    home.ledger.commit(change, purpose=f"say that {record.id} is in trouble")


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
    if has_results(home, record):
        relaunch.fail(home, current, "")
        return Returned(record.id, code, "done", "its results are there")
    if lost := home.runner.lost(current):
        relaunch.fail(home, current, lost)
        return Returned(record.id, code, "failed", lost)
    try:
        talk = talk_of(home, current)
        agent = home.layout.agent(record.id)
        words = "\n\n".join((WORDS, *missed(inbox.unconfirmed(agent))))
        launch = talk.program.resume(talk.spec, home.layout, agent, talk.session, words)
        if launch is None:
            raise refused(record.id, f"its program ({record.program}) cannot take a session up again")
        relaunch.take_up(home, current, launch, reason="its operator has left")
    except SwarmError as error:
        why = f"its session could not be taken up again after its operator left: {error}"
        relaunch.fail(home, current, why)
        return Returned(record.id, code, "failed", why)
    return Returned(record.id, code, "up", "its session goes on")


def talk_of(home: Home, record: Record) -> Talk:
    """What the session is of, and which. Raises Refused `attach` where none is known."""
    agent = home.layout.agent(record.id)
    spec = read_spec(agent).value
    program = messaging.program_of(home, record)
    if spec is None or program is None or spec.spawn_id != record.spawn_id:
        raise refused(record.id, "its agent.json is not that of its spawn")
    session = session_of(home, agent, record.program, record.spawn_id)
    if not session:
        raise refused(record.id, "it has not said yet which session it has")
    return Talk(spec, program, session)


def has_results(home: Home, record: Record) -> bool:
    """It has nothing more to do. The root thinks in turns, and never has results."""
    return not is_root(home, record) and results_of(home, record.id).state is ResultsState.VALID


def _clear(home: Home, record: Record) -> None:
    """Nobody has taken it over: whoever wanted to died before its run by itself was ended, and that goes on."""

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found != record:
            return state
        return with_record(state, relaunch.aged(found, read_now(state.epoch, home.clock).awake))

    home.ledger.commit(change, purpose=f"nobody talks to {record.id}")


def _rest(home: Home, record: Record) -> None:
    """The root is between two turns again; its session goes on with the next one."""

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or found.phase is not Phase.RUNNING:
            return state
        over = ended(home, replace(found, taken_over="", taken_at=None), Ending.DONE, "its operator talked to it")
        return with_record(state, resting(found, over))

    home.ledger.commit(change, purpose="let the root rest")


def lives(home: Home, record: Record) -> bool:
    """Its program, or who keeps it, runs."""
    return home.runner.alive(record) in (Liveness.ALIVE, Liveness.ELSEWHERE)


def alone(agent: AgentDir) -> AbstractContextManager[bool]:
    """Whether we are the only one who takes this agent over, or gives it back, for the block."""
    writer.make_dir(agent.run)
    return locks.held(agent.attach_lock, 0.0)


def refused(agent_id: str, why: str, hint: str = "") -> Refused:
    """The error for an agent that nobody can talk to in a terminal."""
    return Refused(
        "attach",
        f"{agent_id!r} cannot be taken over in a terminal.",
        f"{why[:1].upper()}{why[1:]}.",
        hint or f"See what it does with: swarm-tui log {agent_id} -f    or leave it a message",
    )
