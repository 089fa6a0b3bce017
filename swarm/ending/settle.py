"""Settling: agents that ended by themselves are noticed and recorded, and their slots freed."""

from collections.abc import Container

from swarm.ending import root_turn, unrecorded
from swarm.ending.end import ended, last_words, record_end, record_verified
from swarm.ending.end_time import time_of_end
from swarm.ending.intents import Order
from swarm.ending.leftovers import see_to_leftovers, with_leftovers
from swarm.ending.service_wait import record_wait
from swarm.errors import SwarmError
from swarm.formatting import plural
from swarm.home.context import Home
from swarm.ledger.transitions import Waits, move
from swarm.model.activity import ActivityState, TurnEnd
from swarm.model.agent import Exit, Liveness
from swarm.model.record import Ending, Phase, Record
from swarm.model.reports import Results, ResultsState
from swarm.model.service import Trouble, Waiting
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.platform.clock import wait_until
from swarm.processes.belonging import home_of
from swarm.programs.registry import program_for
from swarm.protocol.agent_files import read_exit, read_results
from swarm.protocol.logs import last_complaint
from swarm.rules.results.outcome import turn_words
from swarm.rules.service_wait import has_worked, refusal_of, wait_after

SAID_NOTHING = "its program ended well, and results.json says nothing"
LAST_MOMENTS_S = 0.25
"""Seconds that a keeper has between writing exit.json and its own end."""


def settle(home: Home, among: Container[str] | None = None) -> tuple[str, ...]:
    """Records every agent whose process has ended, and gives its slot back. Returns their ids.

    collected where results.json is valid; waiting where its program ascribes its end to its service; failed where
    exit.json says how it ended; lost where nothing does. Commits only when there is something to settle. A process that
    cannot be looked at from here is left alone.

    among: only these ids, where the caller has seen which may have ended; None looks at every agent.
    """
    settled: list[str] = []
    for record in list(home.ledger.read().agents.values()):
        if among is not None and record.id not in among:
            continue
        if record.phase is Phase.RUNNING and (after := look_at_end(home, record)) is not None:
            if record_outcome(home, record, after):
                settled.append(record.id)
        elif _proved_by_a_restart(home, record) and record_verified(home, record):
            settled.append(record.id)
    return tuple(settled)


def record_outcome(home: Home, before: Record, after: Record) -> bool:
    """Commits what `look_at_end` found: an end, or that the agent waits. False where another process was faster."""
    return record_wait(home, before, after) if after.phase is Phase.WAITING else record_end(home, before, after)


def _proved_by_a_restart(home: Home, record: Record) -> bool:
    return record.phase in (Phase.ENDED, Phase.IDLE) and bool(record.unverified) and bool(home.runner.lost(record))


def look_at_end(home: Home, record: Record) -> Record | None:
    """The record as it has to be when its process has ended; None while it runs, or where that is not known.

    It is WAITING where a running agent's program ended for its service, and ENDED otherwise.

    An exit.json beside a keeper that lives on was not written by that keeper: it ends no agent and frees nothing. Nor
    does the end of the operator's terminal: the agent is relaunched (detach.py).
    """
    if record.taken_over:
        return None
    agent = home.layout.agent(record.id)
    if theirs := home_of(home.layout, record):
        why = f"its processes belong to {theirs}: this home is a copy, and leaves them alone"
        return ended(home, record, Ending.LOST, why)
    gone = record.ref.match(read_exit(agent).value)
    if gone is None:
        if home.runner.alive(record) not in (Liveness.DEAD, Liveness.STRANGER):
            return None
        # Its keeper writes it, and ends: look once more after the process was seen gone.
        told = read_exit(agent)
        gone = record.ref.match(told.value)
        if told.why and results_of(home, record.id).state is not ResultsState.VALID:
            return None  # what cannot be read may tell later: no end is made up, and the operator can end it
        if gone is None:
            after = _unless_killed(home, record, _end_without_exit(home, record))
            return with_leftovers(after, see_to_leftovers(home, record))
    elif not wait_until(lambda: home.runner.alive(record) is not Liveness.ALIVE, LAST_MOMENTS_S):
        return None
    after = _unless_killed(home, record, _end_with_exit(home, record, gone))
    if after.phase is Phase.WAITING:
        return after  # it goes on: what it handed to others is still its own
    return with_leftovers(after, see_to_leftovers(home, record))


def _unless_killed(home: Home, record: Record, after: Record) -> Record:
    """The end as it was found; of an agent whose kill could not be recorded, that kill."""
    kill = unrecorded.find(home, record.ref) if after.ending is not Ending.DONE else None
    if kill is None or home.is_root(record.id):
        return after
    code, doubt = after.exit_code, after.unverified
    return ended(
        home,
        record,
        Ending.KILLED,
        kill.why,
        by=kill.by,
        exit_code=code,
        unverified=doubt,
        at=Now(kill.wall, kill.awake),
    )


def as_ordered(home: Home, before: Record, gone: Record, order: Order) -> Record:
    """An end that its keeper brought about by order: of this stop, whose first process died before it could say so."""
    over = before.ref.match(read_exit(home.layout.agent(before.id)).value)
    if gone.ending is not Ending.FAILED or over is None or not over.stopped:
        return gone
    by, why = (before.ended_by, before.why) if order.taken_over else (order.by, order.reason)
    return replace(gone, ending=Ending.KILLED, why=why, ended_by=by)


def _end_with_exit(home: Home, record: Record, gone: Exit) -> Record:
    at = time_of_end(home, record, gone)
    if home.is_root(record.id):
        ending, why = root_turn.how_it_ended(home, record, gone)
        after = ended(home, record, ending, why, exit_code=gone.code, unverified=_left(gone), at=at)
        turn = root_turn.activity_of(home, record, home.layout.agent(record.id)) if ending is Ending.FAILED else None
        return replace(after, waiting=_waiting(home, record, gone, turn))
    results = read_results(home.layout.agent(record.id))
    left = _left(gone)
    if results.state is ResultsState.VALID:
        return ended(home, record, Ending.DONE, _done_words(results), exit_code=gone.code, unverified=left, at=at)
    waiting = _waiting(home, record, gone, last_words(home, record))
    if waiting is not None and record.phase is Phase.RUNNING and not left:
        return move(record, Waits(waiting))
    if results.empty and gone.code == 0 and not _last_turn(home, record, gone):
        return ended(home, record, Ending.DONE, SAID_NOTHING, exit_code=gone.code, unverified=left, at=at)
    why = _exit_words(gone)
    if results.state is ResultsState.INVALID:
        why += f"; results.json is not valid: {results.why}"
    else:
        why += " without results.json"
    why += _last_turn(home, record, gone)
    if said := last_complaint(home.layout.agent(record.id), gone.at):
        why += f"; its stderr ends: {said}"
    return ended(home, record, Ending.FAILED, why, exit_code=gone.code, unverified=left, at=at)


def _waiting(home: Home, record: Record, gone: Exit, activity: ActivityState | None) -> Waiting | None:
    """How it waits, where its program ascribes its end to its service; None where it does not, or was stopped."""
    if activity is None or gone.error or gone.stopped:
        return None
    refused = (
        refusal_of(activity) or _told_by_exit(home, record, gone, activity) or _broken(home, record, gone, activity)
    )
    if refused is None:
        return None
    return wait_after(record.waiting, refused, home.now(), home.policy.service, answered=activity.answered)


def _told_by_exit(home: Home, record: Record, gone: Exit, activity: ActivityState) -> TurnEnd | None:
    """The end of a failed turn that the program ascribes to its service by its exit code alone."""
    failed = activity.turn_end
    if failed is None or failed.ok or not gone.code:
        return None
    try:
        trouble = program_for(record.program, home.policy).trouble_of_exit(gone.code)
    except SwarmError:  # swarm.toml does not know it any more
        return None
    return replace(failed, trouble=trouble) if trouble is not None else None


def _broken(home: Home, record: Record, gone: Exit, activity: ActivityState) -> TurnEnd | None:
    """The end of a program that worked in this home and now fails before it says anything, as after an update."""
    if activity.spoke or not gone.code or gone.code < 0:
        return None
    if record.waiting is None and not has_worked(home.ledger.read().agents.values(), record):
        return None
    said = last_complaint(home.layout.agent(record.id), gone.at)
    why = "it ended before it said anything" + (f": {said}" if said else "")
    return TurnEnd(ok=False, why=why, trouble=Trouble.PROGRAM)


def _last_turn(home: Home, record: Record, gone: Exit) -> str:
    """What its program reported of its last turn, to add to the exit code; '' for nothing."""
    activity = last_words(home, record) if not gone.error else None
    wrong = turn_words(activity) if activity is not None else ""
    return f"; {wrong}" if wrong else ""


def _left(gone: Exit) -> str:
    return f"{plural(len(gone.left), 'process', 'processes')} of it could not be ended" if gone.left else ""


def _end_without_exit(home: Home, record: Record) -> Record:
    """Keeper and program are gone without an exit.json: what may be left is looked for before the slot is free."""
    at = time_of_end(home, record, None)
    report = home.runner.stop(record, home.layout.agent(record.id), 0.0)
    results = read_results(home.layout.agent(record.id))
    unverified = "" if home.runner.lost(record) else report.unverified
    if report.found:
        at = home.ledger.now()  # something of it lived until now
    if home.is_root(record.id):
        why = home.runner.lost(record) or root_turn.how_it_ended(home, record, None)[1]
        return ended(home, record, Ending.LOST, why, exit_code=report.exit_code, unverified=unverified, at=at)
    if results.state is ResultsState.VALID:
        return ended(home, record, Ending.DONE, _done_words(results), unverified=unverified, at=at)
    why = home.runner.lost(record) or "its processes are gone, and its keeper did not report how they ended"
    return ended(home, record, Ending.LOST, why, exit_code=report.exit_code, unverified=unverified, at=at)


def results_of(home: Home, agent_id: str) -> Results:
    """The agent's results as they are on disk now."""
    return read_results(home.layout.agent(agent_id))


def _done_words(results: Results) -> str:
    return f"results.json says {results.status}"


def _exit_words(gone: Exit) -> str:
    if gone.error:
        return f"its program could not be started: {gone.error}"
    if gone.code is None:
        return "it ended, and how is not known,"
    if gone.code < 0:
        return f"it was ended by signal {-gone.code}"
    return f"it ended with exit code {gone.code}"
