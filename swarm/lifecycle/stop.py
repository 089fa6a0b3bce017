"""Carrying out a stop that the ledger knows of: children first, results looked for before and after every signal."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from swarm.ending.end import End, StateChange, ended, record_ends
from swarm.ending.intents import (
    Order,
    abandoned,
    at_work,
    dead_or_none,
    live_members,
    mark_stopping,
    me,
    to_be_stopped,
)
from swarm.ending.leftovers import accepted_words, see_to_leftovers, with_leftovers
from swarm.ending.settle import as_ordered, look_at_end, results_of
from swarm.errors import SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, without
from swarm.ledger.transitions import Stopping, move
from swarm.lifecycle import terminal_talk
from swarm.lifecycle.messaging import ask_to_end
from swarm.lifecycle.stop_report import facts, outcome
from swarm.lifecycle.stop_unrecorded import record_or_remember, reopen_if_possible
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.record import Ending, Phase, Record, Ref
from swarm.model.reports import ResultsState
from swarm.model.requests import StopOutcome
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.platform.clock import wait_until
from swarm.processes import stdin_channel
from swarm.processes.belonging import home_of
from swarm.processes.runner import StopReport

START_PATIENCE = 15.0
"""Seconds that a stop waits for a start which is under way."""
LEAVE_S = 2.0
"""Seconds that an agent with results has to end by itself, when a heartbeat collects it."""


def stop_all(
    home: Home, members: Sequence[Record], order: Order, *, also: StateChange | None = None
) -> list[StopOutcome]:
    """Stops records that are marked STOPPING (or ended, but never verified), deepest first; equals at the same time.

    also: a change that belongs into the same commit as the ends (see `record_ends`): all are committed together at the
    end, and what it refuses is raised after the ends have been committed without it.
    """
    with at_work(record.spawn_id for record in members):
        ends: list[End] = []
        for _, level in groupby(sorted(members, key=_depth), key=_depth):
            ends += _stop_level(home, list(level), order, commit=also is None)
        if also is not None and ends:
            _record_ends_with(home, ends, also)
    return [outcome(end) for end in ends]


def _depth(record: Record) -> int:
    return -record.id.count("/")


def _stop_level(home: Home, level: Sequence[Record], order: Order, *, commit: bool) -> list[End]:
    def one(record: Record) -> End:
        end = stop_one(home, record, order)
        return record_or_remember(home, end, order) if commit else end

    if len(level) == 1:
        return [one(level[0])]
    from concurrent.futures import ThreadPoolExecutor  # 10 ms, and most kills end one agent

    with ThreadPoolExecutor(max_workers=min(len(level), 4 * (os.cpu_count() or 1))) as pool:
        return list(pool.map(one, level))


def _record_ends_with(home: Home, ends: Sequence[End], also: StateChange) -> None:
    try:
        record_ends(home, ends, also)
    except SwarmError:
        record_ends(home, ends)
        raise


def stop_one(home: Home, record: Record, order: Order) -> End:
    """Stops one agent and says how it ended. Nothing is committed.

    Valid results written before the signal, or while it was asked to end, mean done; an end that came first is its own.
    """
    before = _once_started(home, record)
    starts = not dead_or_none(before.starter)
    gone = look_at_end(home, before) if before.phase is not Phase.ENDED and not starts else None
    if gone is not None and (before.waiting is None or gone.ending is not Ending.FAILED):
        gone = as_ordered(home, before, gone, order)
        left_alone = gone.ending is Ending.LOST and home_of(home.layout, before)
        return End(before, gone, {"note": gone.why if left_alone else "already ended"})
    agent = home.layout.agent(before.id)
    if order.automatic and not home.is_root(before.id) and results_of(home, before.id).state is ResultsState.VALID:
        leave_by_itself(home, before)
    asked = ask_to_end(home, before, order.grace)
    try:
        report = home.runner.stop(before, agent, order.grace)
    except SwarmError as error:
        report = StopReport(gone=False, unverified=str(error))
    if asked:
        report = report._replace(steps=(asked, *report.steps))
    if before.taken_over:
        terminal_talk.bring_in(home, before)  # before the end counts what was used
    left = see_to_leftovers(home, before, accepted=order.accepts == before.id)
    report = report._replace(found=(*report.found, *left.ended))
    unverified = report.unverified or ("" if report.gone else "something of it is still there")
    if starts and not unverified:
        unverified = "its start was still under way, and may come to something"
    if before.phase is Phase.ENDED:
        unverified = "" if report.gone else unverified  # a second search that finds nothing is all that can be had
        wall, awake = before.ended_at, before.ended
        at = Now(wall, awake) if wall is not None and awake is not None else None
        after = ended(home, before, before.ending or Ending.KILLED, before.why, unverified=unverified, at=at)
    elif (results := results_of(home, before.id)).state is ResultsState.VALID and not home.is_root(before.id):
        why = f"results.json says {results.status}"
        after = ended(home, before, Ending.DONE, why, exit_code=report.exit_code, unverified=unverified)
    else:
        why = before.why if order.taken_over else order.reason
        after = ended(home, before, Ending.KILLED, why, by=order.by, exit_code=report.exit_code, unverified=unverified)
    after = with_leftovers(after, left)
    note = "done" if after.ending is Ending.DONE else ""
    if before.leftovers and not after.unverified:
        note = accepted_words(before)
    return End(before, after, facts(report, note))


def leave_by_itself(home: Home, record: Record) -> None:
    """An agent that has written its results is given a moment to end without a signal: it hears no more words."""
    with suppress(SwarmError):
        stdin_channel.close(home.layout.agent(record.id))
    wait_until(lambda: look_at_end(home, record) is not None, min(LEAVE_S, home.policy.stop.grace))


def _once_started(home: Home, record: Record) -> Record:
    """The record with its processes: a start that is under way writes them into the intent to stop it."""
    if record.starter is None:
        return record

    def current() -> Record:
        found = record.ref.find(home.ledger.read().agents)
        if found is None or not found.live:
            return replace(record, starter=None)  # its start failed and was taken back, or its end came first
        return found

    wait_until(lambda: dead_or_none(current().starter), START_PATIENCE)
    found = current()
    if found.process is None and (started := home.runner.started(home.layout.agent(record.id), record.spawn_id)):
        return replace(found, keeper=started.keeper, process=started.program)
    return found


PATIENCE = 20.0
"""Seconds beyond the grace that one kill waits for another of the same agent."""


def stop_alone(home: Home, ref: Ref, order: Order, *, purpose: str) -> list[StopOutcome]:
    """Stops one running agent and nothing below it. Returns what was ended: nothing where it does not run any more."""

    def intend(found: Record, _: Now) -> Record | None:
        running = found.phase is Phase.RUNNING
        return move(found, Stopping(me(), order.reason, order.by)) if running else None

    with at_work([ref.spawn_id]):
        record = home.ledger.update(ref, intend, purpose=purpose)
        return stop_all(home, [record], order) if record is not None else []


def end_subtree(home: Home, target: Ref, order: Order) -> list[StopOutcome]:
    """Stops one target: closes its branch, stops all agents in it, opens it again. Returns how each one ended."""
    # Where another kill was faster, this one stops what is left.
    ended = _end_once(home, target, order) or _end_once(home, target, order)
    if not ended and not home.is_root(target.id):
        ended.append(_nothing_to_do(home, target))
    return ended


def _end_once(home: Home, target: Ref, order: Order) -> list[StopOutcome]:
    _let_the_other_finish(home, target, order.grace)
    unqueued: list[Record] = []
    marked: list[str] = []

    with at_work() as begin:

        def close(state: State) -> State:
            unqueued.clear()
            marked.clear()
            if _is_another(state, target):
                return state
            unqueued[:] = [record for record in _below(state, target, home) if record.phase is Phase.QUEUED]
            gone = {record.id for record in unqueued}
            for agent_id in gone:
                state = without(state, agent_id)
            if gone:
                state = replace(state, queue=tuple(each for each in state.queue if each.id not in gone))
            members = to_be_stopped(state, target.id, home.policy.root.id)
            marked[:] = [record.id for record in members]
            begin(record.spawn_id for record in members)
            return mark_stopping(state, members, target.id, order)

        try:
            state = home.ledger.commit(
                close,
                purpose=f"stop {target.id}",
                lines=lambda _: _unqueued_lines(home, unqueued, order),
            )
        except SwarmError as error:
            if not error.is_of_disk:
                raise
            state = home.ledger.read()
            members = [] if _is_another(state, target) else to_be_stopped(state, target.id, home.policy.root.id)
            if not members:
                raise
            # Ended first: what they do may be why nothing can be written. Who waits in the queue does nothing.
            unqueued.clear()
            marked[:] = [record.id for record in members]
            begin(record.spawn_id for record in members)
        ended = [StopOutcome(record.id, record.spawn_id, gone=True, note="queued") for record in unqueued]
        if marked:
            members = [state.agents[agent_id] for agent_id in marked if agent_id in state.agents]
            try:
                ended += stop_all(home, members, order)
            finally:
                reopen_if_possible(home, target.id)
    return ended


def _unqueued_lines(home: Home, unqueued: Sequence[Record], order: Order) -> Iterator[AuditLine]:
    for record in unqueued:
        yield audit.line(
            home,
            AuditVerb.KILL,
            agent=record.id,
            spawn_id=record.spawn_id,
            reason=order.reason or "taken out of the queue",
            freed=0,
            queued=True,
        )


def _nothing_to_do(home: Home, target: Ref) -> StopOutcome:
    """It has ended already; or another process is stopping it, and has not come to an end in all this time."""
    state = home.ledger.read()
    others = [] if _is_another(state, target) else live_members(state, target.id, home.policy.root.id)
    note = "another process is still stopping it" if others else "already ended"
    audit.record(home, AuditVerb.KILL, agent=target.id, spawn_id=target.spawn_id, reason=note, freed=0, nothing=True)
    return StopOutcome(target.id, target.spawn_id, gone=not others, note=note, unverified=note if others else "")


def _is_another(state: State, target: Ref) -> bool:
    """The agent that was meant has ended, and a later spawn has its id: an order about the one ends not the other."""
    found = state.agents.get(target.id)
    return bool(target.spawn_id) and found is not None and target.match(found) is None


def _let_the_other_finish(home: Home, target: Ref, grace: float) -> None:
    """Two kills at once: one does it. The other waits for it, and then finds that it has ended."""

    def over() -> bool:
        members = live_members(home.ledger.read(), target.id, home.policy.root.id)
        return not any(record.phase is Phase.STOPPING and not abandoned(record) for record in members)

    wait_until(over, grace + PATIENCE)


def _below(state: State, target: Ref, home: Home) -> list[Record]:
    every = home.is_root(target.id)
    return [
        record
        for record in state.agents.values()
        if every or record.id == target.id or record.id.startswith(target.id + "/")
    ]
