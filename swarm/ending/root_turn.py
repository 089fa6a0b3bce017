"""A turn of the root: how it ended, what it said, and the root's record between two turns."""

from msgspec import Struct, to_builtins

from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State, clear_alert, raise_alert
from swarm.model.activity import ActivityState
from swarm.model.agent import Exit
from swarm.model.bounds import Count, Text
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Record
from swarm.model.reports import ResultsState
from swarm.programs.registry import new_reader_for
from swarm.protocol.logs import last_complaint
from swarm.protocol.paths import AgentDir
from swarm.rules.results.outcome import judge
from swarm.sanitize import clean
from swarm.store import declared, jsonio, reader, writer

READ_BYTES = 8 << 20
"""Bytes of a turn's output that are read for how it went: the last ones."""
MAX_SAID = 300


class Turn(Struct, frozen=True):
    """What is known of the turn that runs or ran last (`.run/turn.json`)."""

    n: Count = 0
    offset: Count = 0
    """Where its output begins."""
    session: Text = ""


def with_turn_alerts(state: State, after: Record, wall: float) -> State:
    """The alerts of a turn that has ended: one that failed raises `root-failed`, one that went well takes it back."""
    if after.waiting is not None:
        return clear_alert(state, after.id, AlertCause.ROOT_FAILED, after.spawn_id)  # the service's alert says it
    if after.ending in (Ending.FAILED, Ending.LOST):
        return raise_alert(
            state, after.id, AlertCause.ROOT_FAILED, f"its turn failed: {after.why}", after.spawn_id, wall
        )
    if after.ending is Ending.DONE:
        for cause in (AlertCause.ROOT_FAILED, AlertCause.ROOT_TIMEOUT):
            state = clear_alert(state, after.id, cause, after.spawn_id)
    return state


def how_it_ended(home: Home, record: Record, gone: Exit | None) -> tuple[Ending, str]:
    """The verdict on a turn whose process has ended, with what it said last.

    It went well where the program ended with 0 and, where it reports turns, the last one succeeded.
    """
    agent = home.layout.agent(record.id)
    if gone is None:
        return Ending.LOST, "its process is gone, and its keeper did not report how it ended"
    if gone.error:
        return Ending.FAILED, f"its program could not be started: {clean(gone.error, MAX_SAID)}"
    state = activity_of(home, record, agent)
    well, wrong = judge(gone.code, state, ResultsState.VALID)  # results there are none, and none are missed
    if well:
        return Ending.DONE, _said(agent, state)
    said = last_complaint(agent, gone.at)
    return Ending.FAILED, clean(wrong, MAX_SAID) + (f"; its stderr ends: {said}" if said else "")


def _said(agent: AgentDir, state: ActivityState | None) -> str:
    """The last words of a turn, in one line; '' where it had none."""
    if state is not None:
        return clean(state.last_text, MAX_SAID)
    lines = [line for line in _output(agent).decode("utf-8", "replace").splitlines() if line.strip()]
    return clean(lines[-1], MAX_SAID) if lines else ""


def activity_of(home: Home, record: Record, agent: AgentDir) -> ActivityState | None:
    """What the turn's output adds up to; None where its program prints plain text, or is not known any more."""
    new_reader = new_reader_for(record.program, home.policy)
    if new_reader is None:
        return None
    from swarm.programs.fold import EMPTY, fold

    feed = new_reader().feed
    state, wall = EMPTY, home.clock.wall()
    for line in _output(agent).split(b"\n"):
        for activity in feed(line):
            state = fold(state, activity, wall)
    return state


def _output(agent: AgentDir) -> bytes:
    """What the turn printed: from where it began, the last READ_BYTES of it."""
    try:
        read = reader.read_tail(agent.stdout, READ_BYTES)
    except SwarmError:
        return b""
    if read is None:
        return b""
    begins = read.size - len(read.data)
    return read.data[max(0, turn_of(agent).offset - begins) :]


def turn_of(agent: AgentDir) -> Turn:
    """turn.json as it is; what is missing or wrong in it counts as nothing."""
    try:
        found = reader.read_json(agent.turn) or {}
    except SwarmError:
        found = {}
    return declared.read(Turn, found, "", []) or Turn()


def write_turn(agent: AgentDir, turn: Turn) -> None:
    """Writes turn.json. Raises SwarmError."""
    writer.write_atomic(agent.turn, jsonio.to_json({"schema": 1, **to_builtins(turn)}), mode=0o600)
