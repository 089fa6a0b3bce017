"""Carrying out a stop that the ledger knows of: children first, results looked for before and after every signal."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby

from swarm import channel
from swarm.concluding import Change, End, conclude_all, ended
from swarm.errors import SwarmError
from swarm.home import Home
from swarm.intents import at_work, dead_or_none
from swarm.model import Ending, Phase, Record, ResultsState
from swarm.processes import Found, StopReport
from swarm.requests import Ended
from swarm.settling import look_at_end, results_of
from swarm.speaking import ask_to_end
from swarm.turns import is_root
from swarm.untrusted import clean
from swarm.waiting import wait_until

START_PATIENCE = 15.0
"""Seconds that a stop waits for a start which is under way."""
LEAVE_S = 2.0
"""Seconds that an agent with results has to end by itself, when a heartbeat collects it."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a subtree is to be stopped. grace: seconds. by: who ordered it, for people."""

    reason: str
    grace: float
    by: str
    taken_over: bool = False
    """Somebody else ordered it and died: their words in the record stay."""
    automatic: bool = False
    """A heartbeat ordered it: an agent that has written its results is first given a moment to end by itself."""


def stop_all(home: Home, members: Sequence[Record], order: Order, *, also: Change | None = None) -> list[Ended]:
    """Stops records that are marked STOPPING (or ended, but never verified), deepest first; equals at the same time.

    also: a change that belongs into the same commit as the ends (see `conclude_all`): all are committed together at the
    end, and what it refuses is raised after the ends have been committed without it.
    """
    with at_work(record.spawn_id for record in members):
        ends: list[End] = []
        for _, level in groupby(sorted(members, key=_depth), key=_depth):
            ends += _stop_level(home, list(level), order, commit=also is None)
        if also is not None and ends:
            _conclude_with(home, ends, also)
    return [_told(end) for end in ends]


def _depth(record: Record) -> int:
    return -record.id.count("/")


def _stop_level(home: Home, level: Sequence[Record], order: Order, *, commit: bool) -> list[End]:
    def one(record: Record) -> End:
        end = stop_one(home, record, order)
        if commit:
            conclude_all(home, [end])
        return end

    if len(level) == 1:
        return [one(level[0])]
    with ThreadPoolExecutor(max_workers=min(len(level), 4 * (os.cpu_count() or 1))) as pool:
        return list(pool.map(one, level))


def _conclude_with(home: Home, ends: Sequence[End], also: Change) -> None:
    try:
        conclude_all(home, ends, also)
    except SwarmError:
        conclude_all(home, ends)
        raise


def stop_one(home: Home, record: Record, order: Order) -> End:
    """Stops one agent and says how it ended. Nothing is committed.

    Valid results written before the signal, or while it was asked to end, mean done; an end that came first is its own.
    """
    before = _once_started(home, record)
    gone = look_at_end(home, before) if before.phase is not Phase.ENDED else None
    if gone is not None:
        return End(before, gone, {"note": "already ended"})
    agent = home.layout.agent(before.id)
    if order.automatic and not is_root(home, before) and results_of(home, before.id).state is ResultsState.VALID:
        leave_by_itself(home, before)
    asked = ask_to_end(home, before, order.grace)
    try:
        report = home.runner.stop(before, agent, order.grace)
    except SwarmError as error:
        report = StopReport(gone=False, unverified=str(error))
    if asked:
        report = report._replace(steps=(asked, *report.steps))
    unverified = report.unverified or ("" if report.gone else "something of it is still there")
    if before.phase is Phase.ENDED:
        unverified = "" if report.gone else unverified  # a second search that finds nothing is all that can be had
        after = ended(home, before, before.ending or Ending.KILLED, before.why, unverified=unverified)
    elif (results := results_of(home, before.id)).state is ResultsState.VALID and not is_root(home, before):
        why = f"results.json says {results.status}"
        after = ended(home, before, Ending.DONE, why, exit_code=report.exit_code, unverified=unverified)
    else:
        why = before.why if order.taken_over else order.reason
        after = ended(home, before, Ending.KILLED, why, by=order.by, exit_code=report.exit_code, unverified=unverified)
    return End(before, after, _facts(report, "done" if after.ending is Ending.DONE else ""))


def leave_by_itself(home: Home, record: Record) -> None:
    """An agent that has written its results is given a moment to end without a signal: it hears no more words."""
    with suppress(SwarmError):
        channel.close(home.layout.agent(record.id))
    wait_until(lambda: look_at_end(home, record) is not None, min(LEAVE_S, home.policy.stop.grace))


def _once_started(home: Home, record: Record) -> Record:
    """The record with its processes: a start that is under way writes them into the intent to stop it."""
    if record.starter is None:
        return record

    def current() -> Record:
        found = home.ledger.read().agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id:
            return replace(record, starter=None)  # its start failed, and was taken back
        return found

    wait_until(lambda: dead_or_none(current().starter), START_PATIENCE)
    found = current()
    if found.process is None and (started := home.runner.started(home.layout.agent(record.id), record.spawn_id)):
        return replace(found, keeper=started.keeper, process=started.program)
    return found


def _facts(report: StopReport, note: str) -> Mapping[str, object]:
    return {
        "found": [_plain(found) for found in report.found],
        "left": [_plain(found) for found in report.left],
        "steps": list(report.steps),
        "took_ms": report.took_ms,
        "note": note,
    }


def _plain(found: Found) -> dict[str, object]:
    return {"pid": found.pid, "command": clean(found.command, 200), "how": found.how}


def _told(end: End) -> Ended:
    found = end.more.get("found", [])
    steps = end.more.get("steps", [])
    return Ended(
        end.after.id,
        end.after.spawn_id,
        gone=not end.after.unverified,
        unverified=end.after.unverified,
        found=tuple(found) if isinstance(found, list) else (),
        steps=tuple(steps) if isinstance(steps, list) else (),
        note=str(end.more.get("note", "")),
    )
