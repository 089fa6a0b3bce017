"""What an ended agent left with others: ended where it is surely its own, else named, and never signalled."""

import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from swarm.admission.environment import program_of
from swarm.ending.end import last_words
from swarm.ending.root_turn import activity_of
from swarm.errors import SwarmError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.model.actor import AuditVerb
from swarm.model.agent import FoundProcess, Identity, Liveness
from swarm.model.listed import ListedSession, SessionKind
from swarm.model.record import Record
from swarm.model.values import replace
from swarm.processes import leftovers
from swarm.processes.identity import look
from swarm.processes.stop import Sweep
from swarm.programs.handing import TERMINALS
from swarm.programs.registry import keeps_listing
from swarm.sanitize import clean

if TYPE_CHECKING:
    from swarm.programs.base import Program

ROUNDS = 5
"""A session that was handed over may have handed over another: so often it is looked for those."""
SHOWN = 3
KEPT = 100
"""Processes that a record keeps the names of."""


class Suspected(NamedTuple):
    """What may be of an agent and still runs: in words, and its processes."""

    words: str
    processes: tuple[Identity, ...]


class Leftovers(Struct, frozen=True):
    """What was found after the end of an agent."""

    ended: tuple[FoundProcess, ...] = ()
    """Processes of sessions that it had handed to a daemon of its program, ended with it."""
    unverified: str = ""
    """What may be of it and still runs, in a sentence; '' where nothing is."""
    processes: tuple[Identity, ...] = ()
    """Those that the sentence names."""
    possible: tuple[str, ...] = ()
    """What its tool calls may have left where no look reaches, and what works in its directory: `at jobs`."""


def see_to_leftovers(home: Home, record: Record, *, accepted: bool = False) -> Leftovers:
    """Ends the sessions that the agent had its program's daemon run, and names what else may be left of it.

    accepted: the operator leaves alone what the record names. Only a session of which the program's own listing says
    that the agent's session started it is the agent's for sure.
    """
    if home.runner.lost(record):
        return Leftovers()  # with the machine all of it is gone
    root = home.is_root(record.id)
    activity = activity_of(home, record, home.layout.agent(record.id)) if root else last_words(home, record)
    handed = activity.handed if activity is not None else ()
    program = _asked_of(home, record)
    sessions = program.sessions() if program is not None else ()
    keys = {activity.session} if activity is not None and activity.session else set()
    swept: list[FoundProcess] = []
    doubts: list[Suspected] = []
    if program is not None and keys:
        swept, left = _end_handed_over(program, record, keys)
        doubts = [_still_there(each) for each in left]
    # Between two turns the root's directory is everybody's.
    beside = [] if root else _in_its_directory(home, record, sessions, handed)
    known = record.leftovers if accepted else ()
    beside = [each for each in beside if not frozenset(known).issuperset(each.processes)]
    if swept:
        names = "; ".join(clean(each.command, 100) for each in swept[:SHOWN])
        audit.by_engine(home, AuditVerb.SWEEP, agent=record.id, spawn_id=record.spawn_id, reason=names)
    if activity is not None and not handed:
        # All its calls are known, and none asked another to run anything: what works there is told, and holds no slot.
        named = tuple(f"{words} in its directory" for words in _first(beside))
        found = Leftovers(tuple(swept), possible=named)
    else:
        found, doubts = Leftovers(tuple(swept), possible=handed), [*doubts, *beside]
    return _in_doubt(found, record, doubts, known) if doubts else found


def _in_doubt(found: Leftovers, record: Record, doubts: Sequence[Suspected], known: Sequence[Identity]) -> Leftovers:
    """The same with what may be of it. known: what the operator leaves alone, as long as it lasts."""
    processes = dict.fromkeys((*known, *(process for each in doubts for process in each.processes)))
    cure = f"Where it is not, kill {record.id} once more: that frees its slot, and leaves the other alone."
    words = f"May be of it, and was left alone: {'; '.join(_first(doubts))}. {cure}"
    return replace(found, unverified=words, processes=tuple(processes)[:KEPT])


def _asked_of(home: Home, record: Record) -> "Program | None":
    """Its program, where that keeps a listing that can be asked."""
    if not keeps_listing(record.program, home.policy):
        return None
    try:
        return program_of(home, record)
    except SwarmError:  # swarm.toml does not know it any more: then it is searched for in its directory alone
        return None


def any_left(record: Record) -> bool:
    """Whether something that its end left in doubt still runs."""
    return any(look(each) is Liveness.ALIVE for each in record.leftovers)


def accepted_words(record: Record) -> str:
    """What of an ended agent's doubtful processes still runs, now that its slot is free, for the audit log."""
    living = [each for each in record.leftovers if look(each) is Liveness.ALIVE]
    return "left alone: " + ", ".join(f"pid {each.pid}" for each in living[:SHOWN]) if living else ""


def _still_there(session: ListedSession) -> Suspected:
    words = f"session {clean(session.name or session.key, 80)}, which it handed over and which does not end"
    return Suspected(words, session.processes)


def _end_handed_over(
    program: "Program", record: Record, keys: set[str]
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


def end_session(program: "Program", session: ListedSession, marker: str = "") -> Sweep:
    """Ends a session that its program lists: the program's daemon is asked, else its processes; then it is swept.

    marker: of the agent whose it is; '' for none.
    """
    if session.alone_by:
        return Sweep(clean=False, found=(), left=())  # what ends it ends others
    if not program.end_session(session):
        leftovers.ask(session.processes)
    leftovers.wait_gone(session.processes)
    return leftovers.end_listed(session.processes, marker)


def _in_its_directory(
    home: Home, record: Record, sessions: Sequence[ListedSession], handed: Collection[str]
) -> list[Suspected]:
    """What works in the agent's directory and may be of it."""
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
    terminals = not TERMINALS.isdisjoint(handed)
    found = [each for each in leftovers.suspects(record, own) if terminals or not each.on_terminal]
    return [
        *(
            Suspected(
                f"pid {each.processes[0].pid} session {clean(each.name or each.key, 80)} of {each.program}",
                each.processes,
            )
            for each in unsure
        ),
        *(
            Suspected(f"pid {each.process.pid} {clean(each.command, 100)}", (each.process,))
            for each in found
            if each.process.pid not in listed
        ),
    ]


def _first(found: Sequence[Suspected]) -> list[str]:
    more = [plural(len(found) - SHOWN, "more process", "more processes")] if len(found) > SHOWN else []
    return [*(each.words for each in found[:SHOWN]), *more]


def with_leftovers(after: Record, left: Leftovers) -> Record:
    """The record of an end, with what the agent may have left."""
    unverified = " ".join(filter(None, (after.unverified, left.unverified)))
    return replace(after, unverified=unverified, leftovers=left.processes, may_have_left=left.possible)
