"""What an ended agent left with others: ended where it is surely its own, else named, and never signalled."""

import os
from collections.abc import Collection, Sequence

from msgspec import Struct

from swarm.errors import SwarmError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.lifecycle.end import last_words
from swarm.lifecycle.environment import program_of
from swarm.lifecycle.root_turn import activity_of
from swarm.model.actor import AuditVerb
from swarm.model.agent import FoundProcess
from swarm.model.listed import ListedSession, SessionKind
from swarm.model.record import Record
from swarm.model.values import replace
from swarm.processes import leftovers
from swarm.processes.stop import Sweep
from swarm.programs.base import Program
from swarm.programs.handing import TERMINALS
from swarm.sanitize import clean

ROUNDS = 5
"""A session that was handed over may have handed over another: so often it is looked for those."""
SHOWN = 3


class Leftovers(Struct, frozen=True):
    """What was found after the end of an agent."""

    ended: tuple[FoundProcess, ...] = ()
    """Processes of sessions that it had handed to a daemon of its program, ended with it."""
    unverified: str = ""
    """What may be of it and still runs, in a sentence; '' where nothing is."""
    possible: tuple[str, ...] = ()
    """What its tool calls may have left where no look reaches: `at jobs`, `containers`."""


def see_to_leftovers(home: Home, record: Record) -> Leftovers:
    """Ends the sessions that the agent had its program's daemon run, and names what else may be left of it.

    Only a session of which the program's own listing says that the agent's session started it is the agent's for sure.
    """
    if home.runner.lost(record):
        return Leftovers()  # with the machine all of it is gone
    root = home.is_root(record.id)
    activity = activity_of(home, record, home.layout.agent(record.id)) if root else last_words(home, record)
    possible = activity.handed if activity is not None else ()
    try:
        program: Program | None = program_of(home, record)
    except SwarmError:  # swarm.toml does not know it any more: then it is searched for in its directory alone
        program = None
    sessions = program.sessions() if program is not None else ()
    keys = {activity.session} if activity is not None and activity.session else set()
    swept: list[FoundProcess] = []
    doubts: list[str] = []
    if program is not None and keys:
        swept, left = _end_handed_over(program, record, keys)
        doubts += [f"session {clean(each.name or each.key, 80)}, which it handed over, does not end" for each in left]
    if not root:  # between two turns its directory is everybody's
        doubts += _in_its_directory(home, record, sessions, possible)
    if swept:
        names = "; ".join(clean(each.command, 100) for each in swept[:SHOWN])
        audit.by_engine(home, AuditVerb.SWEEP, agent=record.id, spawn_id=record.spawn_id, reason=names)
    words = f"May be of it, and was left alone: {'; '.join(doubts)}." if doubts else ""
    return Leftovers(tuple(swept), words, possible)


def _end_handed_over(
    program: Program, record: Record, keys: set[str]
) -> tuple[list[FoundProcess], list[ListedSession]]:
    """Ends the sessions that were started in these, and in those; returns what was ended, and which stay."""
    ended: list[FoundProcess] = []
    left: list[ListedSession] = []
    for _ in range(ROUNDS):
        mine = [each for each in program.sessions() if each not in left and not keys.isdisjoint(each.launched_by or ())]
        if not mine:
            break
        for session in mine:
            keys.add(session.key)
            swept = end_session(program, session, record.spawn_id)
            name = f"{session.program}: {session.name or session.key}"
            ended += swept.found or (FoundProcess(session.processes[0].pid, name, "TERM"),)
            left += [] if swept.clean else [session]
    return ended, left


def end_session(program: Program, session: ListedSession, marker: str = "") -> Sweep:
    """Ends a session that its program lists: the program's daemon is asked, else its processes; then it is swept.

    marker: of the agent whose it is; '' for none.
    """
    if not program.end_session(session):
        leftovers.ask(session.processes)
    leftovers.wait_gone(session.processes)
    return leftovers.end_listed(session.processes, marker)


def _in_its_directory(
    home: Home, record: Record, sessions: Sequence[ListedSession], possible: Collection[str]
) -> list[str]:
    """What works in the agent's directory and may be of it, in words."""
    own = [home.layout.agent(record.id).path]
    if record.worktree is not None:
        own.append(home.layout.root / record.worktree.path)
    places = [os.path.realpath(each) for each in own]
    unsure = [
        each
        for each in sessions
        if each.kind is SessionKind.BACKGROUND
        and each.launched_by is None
        # The daemon keeps processes at hand that are older than what they run: the session's own start counts.
        and each.started_at >= record.spawned_at
        and leftovers.is_inside(each.cwd, places)
    ]
    listed = {each.pid for one in sessions for each in one.processes}
    terminals = not TERMINALS.isdisjoint(possible)
    found = [each for each in leftovers.suspects(record, own) if terminals or not each.on_terminal]
    named = [f"pid {each.pid} {clean(each.command, 100)}" for each in found if each.pid not in listed]
    words = [
        f"pid {each.processes[0].pid} session {clean(each.name or each.key, 80)} of {each.program}" for each in unsure
    ]
    return _first(words + named)


def _first(words: Sequence[str]) -> list[str]:
    more = [plural(len(words) - SHOWN, "more process", "more processes")] if len(words) > SHOWN else []
    return [*words[:SHOWN], *more]


def with_leftovers(after: Record, left: Leftovers) -> Record:
    """The record of an end, with what the agent may have left."""
    unverified = " ".join(filter(None, (after.unverified, left.unverified)))
    return replace(after, unverified=unverified, may_have_left=left.possible)
