"""The end of an agent, written down: ended.json, the slot, the line in the audit log, the alert; in that order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from swarm.admission.scope import Outside, outside_of
from swarm.ending import root_turn
from swarm.ending.hollow import disputes_at_end
from swarm.ending.intents import abandoned_branches
from swarm.ending.last_observation import last_observation
from swarm.ending.notices import tell_parents
from swarm.errors import SwarmError
from swarm.home import audit
from swarm.home.audit import NOTHING
from swarm.home.context import Home
from swarm.ledger.codec import ended_json, read_ended
from swarm.ledger.state import State, clear_alert, raise_alert, with_record
from swarm.ledger.transitions import Ended, Idle, move, withdrawn
from swarm.model.activity import ActivityState
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase, Record
from swarm.model.time import Now, read_now
from swarm.model.values import replace
from swarm.programs.registry import new_reader_for
from swarm.protocol.agent_files import read_spec
from swarm.rules.results.disputes import dispute_words, open_disputes
from swarm.store import writer

StateChange = Callable[[State], State]
VERIFIED = "verified"


def ended(
    home: Home,
    record: Record,
    ending: Ending,
    why: str,
    *,
    by: str = "",
    exit_code: int | None = None,
    unverified: str = "",
    at: Now | None = None,
) -> Record:
    """The record of an agent that has ended. by: who ended it; '' where it ended by itself. at: when; None for now."""
    return move(record, Ended(ending, why, at or home.ledger.now(), by, exit_code, unverified))


class End(NamedTuple):
    """One agent's end: the record as it was looked at, as it has to be, and what the audit log and ended.json add."""

    before: Record
    after: Record
    more: Mapping[str, object] = NOTHING


def record_verified(home: Home, record: Record) -> bool:
    """Frees the slot of an agent whose death is proved after all; False where another process was faster.

    Of the root, only a turn had ended: what was kept of its processes is forgotten.
    """
    if record.phase is Phase.IDLE:
        return _record_turn_verified(home, record)
    end = End(record, replace(record, unverified="", leftovers=()), {"note": VERIFIED})
    return bool(record_ends(home, [end]))


def _record_turn_verified(home: Home, record: Record) -> bool:
    def step(found: Record, _: Now) -> Record | None:
        if found.phase is not Phase.IDLE or not found.unverified:
            return None
        return replace(found, unverified="", leftovers=(), process=None, keeper=None)

    verified = home.ledger.update(
        record.ref,
        step,
        purpose=f"nothing of the last turn of {record.id} is left",
        also=lambda state, found: clear_alert(state, found.id, AlertCause.UNVERIFIED, found.spawn_id),
        line=lambda found: end_line(home, found, {"note": VERIFIED}),
    )
    return verified is not None


def record_end(home: Home, before: Record, after: Record) -> bool:
    """Commits the end of one agent; see `record_ends`. False where another process was faster."""
    return bool(record_ends(home, [End(before, after)]))


def record_ends(home: Home, ends: Sequence[End], also: StateChange | None = None) -> tuple[str, ...]:
    """Commits ends: each ended.json, then in one commit the slots, then the lines of the audit log. Returns the ids.

    also: what else belongs into the same commit (a spawn that takes over the slot); its refusal refuses all of it.
    An agent whose end another process has recorded, or that was spawned anew in the meantime, is left as it is.
    """
    outside = outside_of(home, [end.before for end in ends if end.before.phase is not Phase.ENDED])
    ends = [_with_last_looks(home, end, outside) for end in ends]
    unwritten = {end.before.id: write_ended(home, end.after, end.more) for end in ends}
    done: list[End] = []

    def change(state: State) -> State:
        done.clear()
        for end in ends:
            found = end.before.ref.find(state.agents)
            if found is not None and found.phase is end.before.phase:
                done.append(end)
                state = release(home, state, found, end.after)
                seen = outside.get(found.id)
                if seen is not None and not seen.others:  # an alert only where no other can have done it
                    state = raise_alert(
                        state, found.id, AlertCause.OUTSIDE, seen.words, found.spawn_id, home.clock.wall()
                    )
        if done and state.branches_closed:
            opened = state.branches_closed - abandoned_branches(state, home.policy.root.id)
            state = replace(state, branches_closed=opened)
        return also(state) if also is not None else state

    def lines(_: State) -> Iterator[AuditLine]:
        for end in done:
            more = {**end.more, "ended_json": why} if (why := unwritten[end.before.id]) else end.more
            seen = outside.get(end.before.id)
            if seen is not None and seen.others:
                more = {**more, "outside": seen.words}
            yield end_line(home, end.after, more)

    names = ", ".join(end.before.id for end in ends[:3])
    home.ledger.commit(change, purpose=f"record the end of {names}", lines=lines)
    if done:
        tell_parents(home)
    return tuple(end.before.id for end in done)


def _with_last_looks(home: Home, end: End, outside: Mapping[str, Outside]) -> End:
    """The end with what is seen once more: progress, outputs, what was used up, what changed where it should not."""
    if end.before.phase is Phase.ENDED:
        return end
    seen = outside.get(end.before.id)
    after = replace(_with_usage(home, end.after), observed=last_observation(home, end.before))
    if after.ending is Ending.DONE:
        after = replace(after, disputes=disputes_at_end(home, after))
    # Where another agent may have done it, its row says nothing: who only ran beside a writer is not accused.
    return end._replace(after=replace(after, outside=seen.words if seen is not None and not seen.others else ""))


def _with_usage(home: Home, after: Record) -> Record:
    """The record with what its program used up in all its runs, as far as it says."""
    activity = last_words(home, after)
    if activity is None or activity.tokens is None:
        return after
    used = activity.tokens
    tokens = (used.input, used.output, used.cache_read, used.cache_write)
    return replace(after, tokens=tokens, cost_usd=activity.cost_usd, unpriced=activity.unpriced or activity.untold)


def last_words(home: Home, record: Record) -> ActivityState | None:
    """What its program's whole output adds up to; None where that is plain text, or cannot be read to its end."""
    new_reader = new_reader_for(record.program, home.policy)
    if new_reader is None:
        return None
    from swarm.programs.follower import whole_output

    return whole_output(home.layout.agent(record.id).stdout, new_reader, home.clock.wall())


def spent_by(home: Home, record: Record) -> float:
    """Returns the dollars that an agent's runs have cost so far, as far as its program says."""
    activity = last_words(home, record)
    return (activity.cost_usd or 0.0) if activity is not None else 0.0


def release(home: Home, state: State, found: Record, after: Record) -> State:
    """The state with the agent's end in it. What the ledger learned of it since the look (reads, checks) stays."""
    now = read_now(state.epoch, home.clock)
    observed = max(after.observed, found.observed, key=lambda each: each.seen)
    merged = replace(
        after,
        read_at=found.read_at,
        read_by=found.read_by,
        review=found.review,
        told=found.told,
        checked_n=found.checked_n,
        acceptance=found.acceptance,
        checks=found.checks,
        observed=observed,
    )
    if after.ending is Ending.DONE and merged.collected_n is None:
        # A heartbeat that collects is under way: its own number comes with its record.
        merged = replace(merged, collected_n=state.heartbeat_n + (home.actor == ENGINE))
    if home.is_root(found.id):
        merged = move(merged, Idle())
        state = root_turn.with_turn_alerts(with_record(state, merged), merged, now.wall)
        return _with_doubt(state, after, now.wall)
    state = with_record(state, merged)
    if after.ending in (Ending.FAILED, Ending.LOST):
        state = raise_alert(state, after.id, AlertCause(after.ending.value), after.why, after.spawn_id, now.wall)
    if hollow := open_disputes(merged) if after.ending is Ending.DONE else ():
        words = f"it says it is done: {dispute_words(hollow)}"
        state = raise_alert(state, after.id, AlertCause.DISPUTED, words, after.spawn_id, now.wall)
    state = _with_doubt(state, after, now.wall)
    if after.may_have_left and found.phase is not Phase.ENDED:
        words = f"it may have left: {', '.join(after.may_have_left)}; nothing here ends that"
        state = raise_alert(state, after.id, AlertCause.LEFT_BEHIND, words, after.spawn_id, now.wall)
    if after.ending is Ending.FAILED:
        state = count_crash(home, state, after.id, now.awake)
    return state


def _with_doubt(state: State, after: Record, wall: float) -> State:
    if after.unverified:
        return raise_alert(state, after.id, AlertCause.UNVERIFIED, after.unverified, after.spawn_id, wall)
    return clear_alert(state, after.id, AlertCause.UNVERIFIED, after.spawn_id)


def count_crash(home: Home, state: State, agent_id: str, awake: float) -> State:
    """Counts a failed spawn of a spec; the alert comes with the one that stops it (protocol.md, Processes)."""
    settings = home.policy.spawn
    recent = tuple(at for at in state.crashes.get(agent_id, ()) if awake - at < settings.crash_window)
    times = (*recent, awake)[-settings.crash_limit :]
    others = {name: past for name, past in state.crashes.items() if past and awake - past[-1] < settings.crash_window}
    state = replace(state, crashes={**others, agent_id: times})
    if len(times) >= settings.crash_limit:
        text = f"failed {len(times)} times in {settings.crash_window:g} s; it is not started again by itself"
        state = raise_alert(state, agent_id, AlertCause.CRASH_LOOP, text, "", home.clock.wall())
    return state


def fail_turn(
    home: Home, intent: Record, why: str, *, purpose: str, line: Callable[[Record], AuditLine | None] | None = None
) -> None:
    """Records that the root's turn did not start: the root is idle again, and why stands in its record.

    intent: its record while SPAWNING. Where an order to stop it came in the middle, its stopper waits no longer.
    """

    def step(found: Record, _: Now) -> Record | None:
        if not found.live or found.starter != intent.starter:
            return None
        if found.phase is Phase.STOPPING:
            return withdrawn(found)
        return move(ended(home, found, Ending.FAILED, why), Idle())

    home.ledger.update(
        intent.ref,
        step,
        purpose=purpose,
        also=lambda state, record: root_turn.with_turn_alerts(state, record, home.clock.wall()),
        line=line,
    )


def write_ended(home: Home, after: Record, more: Mapping[str, object] = NOTHING) -> str:
    """ended.json: the final lifecycle. Returns why it could not be written, '' where it was.

    An end is an end, whatever became of the agent's directory: removed, or a link in its place.
    """
    if home.is_root(after.id):
        return ""  # a turn has ended, and not the root
    agent = home.layout.agent(after.id)
    if after.ref.match(read_spec(agent).value) is None:
        return "its directory is gone, or another spawn's by now"
    try:
        writer.write_json(agent.ended, {**ended_json(after), **more}, spares=home.layout.reserve)
    except SwarmError as error:
        return error.title
    return ""


def ensure_ended_json(home: Home, record: Record) -> bool:
    """Writes ended.json where it is missing, so that the ledger can forget this agent; False where the disk refuses."""
    agent = home.layout.agent(record.id)
    if record.ref.match(read_ended(agent).value) is None:
        write_ended(home, record)
    is_its_own = record.ref.match(read_spec(agent).value) is not None
    return not is_its_own or record.ref.match(read_ended(agent).value) is not None


_VERBS = {
    Ending.DONE: AuditVerb.COLLECT,
    Ending.KILLED: AuditVerb.KILL,
    Ending.FAILED: AuditVerb.END,
    Ending.LOST: AuditVerb.END,
}


def end_line(home: Home, after: Record, more: Mapping[str, object] = NOTHING) -> AuditLine:
    """The audit line of an end. `freed`: the slots it gives back at its own level; 0 while it is unverified."""
    killed = after.ending is Ending.KILLED
    root = home.is_root(after.id)
    return audit.line(
        home,
        AuditVerb.TURN if root else _VERBS[after.ending or Ending.LOST],
        agent=after.id,
        spawn_id=after.spawn_id,
        reason=after.why,
        actor=home.actor if killed and more.get("note") != VERIFIED else ENGINE,
        ending=str(after.ending),
        exit_code=after.exit_code,
        freed=0 if after.unverified or root else after.slots,
        unverified=after.unverified,
        also={**more, "outside": after.outside} if after.outside else more,
    )
