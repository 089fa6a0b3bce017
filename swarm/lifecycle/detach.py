"""The operator has left an agent's terminal: its session goes on headless, or its end is recorded."""

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import NamedTuple

from swarm.admission import environment
from swarm.admission.budget import within_budget
from swarm.ending.end import ended, spent_by
from swarm.ending.settle import results_of
from swarm.errors import Code, Refused, SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State, raise_alert
from swarm.ledger.transitions import Idle, move
from swarm.lifecycle import relaunch, terminal_talk
from swarm.model.agent import AgentSpec, Liveness
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.time import Now
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


ANEW = (
    "Your operator began this conversation anew, so that it holds nothing of what came before. Your brief is the file "
    "{task}: read the whole of it now, it holds."
)


class AfterAttach(StrEnum):
    """What became of an agent when the operator left. The words stand in `--json` and in events.jsonl."""

    UP = "up"
    """It goes on by itself."""
    RESTS = "rests"
    """The root waits for its next turn."""
    DONE = "done"
    ENDED = "ended"
    """It was ended or paused meanwhile."""
    FAILED = "failed"


class Detached(NamedTuple):
    """What became of the agent when the operator left."""

    agent: str
    code: int
    how: AfterAttach
    why: str


class Session(NamedTuple):
    """An agent's session, by the key that its program knows it by, and what is needed to go on with it."""

    spec: AgentSpec
    program: Program
    key: str


def detach_abandoned(home: Home) -> tuple[str, ...]:
    """Detaches every agent whose terminal is gone while no `attach` sees to it. Returns their ids."""
    detached: list[str] = []
    for record in list(home.ledger.read().agents.values()):
        if not record.taken_over or record.phase is not Phase.RUNNING or record.paused is not None:
            continue
        try:
            if _detach_abandoned(home, record):
                detached.append(record.id)
        except (SwarmError, OSError) as error:  # of one agent: the others, and their heartbeat, go on
            say_trouble(home, record, error)
    return tuple(detached)


def _detach_abandoned(home: Home, record: Record) -> bool:
    alive = lives(home, record)
    if alive and (record.keeper is None or not stdin_channel.is_open(home.layout.agent(record.id))):
        return False  # the operator talks to it; or its own run was told to end, and is about to
    with exclusive(home.layout.agent(record.id)) as mine:
        if not mine or home.ledger.read().agents.get(record.id) != record:
            return False
        if alive:
            _keep_headless(home, record)
        else:
            detach(home, record, 0)
    return True


def say_trouble(home: Home, record: Record, error: SwarmError | OSError) -> None:
    """An alert: what was left of this agent could not be brought to its end. It is tried again at the next look."""
    text = f"an unfinished start, stop or attach of it could not be completed: {error}"

    def change(state: State) -> State:
        return raise_alert(state, record.id, AlertCause.ACTION, text, record.spawn_id, home.clock.wall())

    home.ledger.commit(change, purpose=f"say that {record.id} is in trouble")


def detach(home: Home, record: Record, code: int) -> Detached:
    """Relaunches the agent with its session, headless, and says what came of it. code: how the terminal's run ended."""
    anew = terminal_talk.bring_in(home, record)
    current = record.ref.find(home.ledger.read().agents)
    if current is None or current.phase is not Phase.RUNNING:
        return Detached(record.id, code, AfterAttach.ENDED, "it was ended meanwhile")
    paused = Detached(record.id, code, AfterAttach.ENDED, "it is paused, and goes on at the first heartbeat after that")
    if current.paused is not None:
        return paused
    if home.is_root(record.id):
        _rest(home, current)
        return Detached(record.id, code, AfterAttach.RESTS, "the next heartbeat wakes it")
    if has_results(home, record):
        relaunch.end_instead(home, current, "")
        return Detached(record.id, code, AfterAttach.DONE, "its results are there")
    if lost := home.runner.lost(current):
        relaunch.end_instead(home, current, lost)
        return Detached(record.id, code, AfterAttach.FAILED, lost)
    try:
        session = session_of(home, current)
        agent = home.layout.agent(record.id)
        began = (ANEW.format(task=agent.task),) if anew else ()
        words = "\n\n".join((WORDS, *began, *relaunch.missed(inbox.unconfirmed(agent))))
        program = within_budget(home, session.spec, session.program, spent_by(home, current))
        launch = program.resume(session.spec, home.layout, agent, session.key, words)
        if launch is None:
            raise not_attachable(record.id, f"its program ({record.program}) cannot resume a session")
        relaunch.relaunch(home, current, launch, reason="its operator has left")
    except SwarmError as error:
        if isinstance(error, Refused) and error.code is Code.PAUSED_BRANCH:
            return paused  # it was paused since
        why = f"its session could not be taken up again after its operator left: {error}"
        relaunch.end_instead(home, current, why)
        return Detached(record.id, code, AfterAttach.FAILED, why)
    return Detached(record.id, code, AfterAttach.UP, "its session goes on")


def session_of(home: Home, record: Record) -> Session:
    """The session of an agent, and what it is of. Raises Refused `attach` where none is known."""
    agent = home.layout.agent(record.id)
    spec = record.ref.match(read_spec(agent).value)
    if spec is None:
        raise not_attachable(record.id, "its agent.json is not that of its spawn")
    program = environment.program_of(home, record)
    key = relaunch.session_of(home, agent, record.program, record.spawn_id)
    if not key:
        raise not_attachable(record.id, "it has not said yet which session it has")
    return Session(spec, program, key)


def has_results(home: Home, record: Record) -> bool:
    """It has nothing more to do. The root thinks in turns, and never has results."""
    return not home.is_root(record.id) and results_of(home, record.id).state is ResultsState.VALID


def _keep_headless(home: Home, record: Record) -> None:
    """Its `attach` died before it had ended the headless run: that goes on, and the operator is not attached."""

    def step(found: Record, now: Now) -> Record | None:
        return relaunch.detached(found, now.awake) if found == record else None

    home.ledger.update(record.ref, step, purpose=f"no terminal is attached to {record.id}")


def _rest(home: Home, record: Record) -> None:
    """The root is between two turns again; its session goes on with the next one."""

    def step(found: Record, _: Now) -> Record | None:
        if found.phase is not Phase.RUNNING:
            return None
        return move(ended(home, found, Ending.DONE, "its operator talked to it"), Idle())

    home.ledger.update(record.ref, step, purpose="let the root rest")


def lives(home: Home, record: Record) -> bool:
    """Its program, or its keeper, runs."""
    return home.runner.alive(record) in (Liveness.ALIVE, Liveness.ELSEWHERE)


def exclusive(agent: AgentDir) -> AbstractContextManager[bool]:
    """Whether this process is the only one that attaches to this agent, or detaches it, for the block."""
    writer.make_dir(agent.run, parents=False)
    return locks.held(agent.attach_lock, 0.0)


def not_attachable(agent_id: str, why: str, hint: str = "") -> Refused:
    """The refusal for an agent that the operator cannot attach to."""
    return Refused(
        Code.ATTACH,
        f"{agent_id!r} cannot be attached to.",
        f"{why[:1].upper()}{why[1:]}.",
        hint or f"See what it does with: swarm-tui log {agent_id} -f    or leave it a message",
    )
