"""Values of a ledger that are well formed and cannot be: an edit, or a planted file. What could be stands in for them.

No agent ages, and none is ended, by a value that cannot be: a time that is none counts from now, and a phase that its
record does not bear out is looked into.
"""

from collections.abc import Iterator
from typing import Any

from swarm.ledger.state import State
from swarm.model.record import Observed, Phase, Record
from swarm.model.time import Epoch
from swarm.model.values import replace
from swarm.store.declared import RefusedValue

MAX_BEATS = 10**9
DAY_S = 86_400.0
AHEAD_S = 60.0
"""Times of this swarm lie in its past: but for what two processes read at once, and what a start waits for."""
UNKNOWN_S = 1e12
"""A clock of the machine that no machine has reached: awake time stands still until the next commit reads it anew."""


def plausible(state: State, refused: list[RefusedValue]) -> State:
    """Returns the state with what can be; adds what cannot be to `refused`. The same state where all of it can be."""
    epoch = _epoch(state, refused)
    awake = epoch.awake
    agents = {known: _record(record, awake, refused) for known, record in state.agents.items()}
    last = state.heartbeat_last
    if last is not None and _is_none(last, awake):
        refused.append(RefusedValue("", f"the last heartbeat was at {last:g} s, which is no time of this swarm"))
        last = None
    beats = state.heartbeat_n
    if beats > MAX_BEATS:
        refused.append(RefusedValue("", f"the number of heartbeats is {beats}, more than can have been"))
        beats = 0
    crashes = {known: tuple(at for at in times if not _is_none(at, awake)) for known, times in state.crashes.items()}
    if (epoch, last, beats) == (state.epoch, state.heartbeat_last, state.heartbeat_n) and all(
        agents[known] is record for known, record in state.agents.items()
    ):
        return state if crashes == state.crashes else replace(state, crashes=crashes)
    return replace(state, epoch=epoch, agents=agents, heartbeat_last=last, heartbeat_n=beats, crashes=crashes)


def _is_none(time: float, awake: float) -> bool:
    """Whether these awake seconds are no time that this swarm has seen."""
    return not 0 <= time <= awake + AHEAD_S


def _epoch(state: State, refused: list[RefusedValue]) -> Epoch:
    epoch = state.epoch
    if epoch.monotonic < 0 or epoch.boottime < 0:
        refused.append(RefusedValue("", f"the clock of the machine was at {min(epoch.monotonic, epoch.boottime):g} s"))
        epoch = replace(epoch, monotonic=UNKNOWN_S, boottime=UNKNOWN_S)
    if state.heartbeat_last is None or state.heartbeat_last_at is None or state.heartbeat_last < 0:
        return epoch
    passed = max(0.0, epoch.wall - state.heartbeat_last_at)
    if epoch.awake > state.heartbeat_last + passed + DAY_S:
        refused.append(RefusedValue("", f"the swarm was awake for {epoch.awake:g} s, longer than it can have been"))
        epoch = replace(epoch, awake=state.heartbeat_last + passed)
    return epoch


def _record(record: Record, awake: float, refused: list[RefusedValue]) -> Record:
    changes: dict[str, Any] = {}
    wrong: list[str] = []
    for name in ("spawned", "investigated", "paused", "ended", "taken_at", "loop_warned"):
        time = getattr(record, name)
        if time is not None and _is_none(time, awake):
            changes[name] = awake
            wrong.append(f"{name} is {time:g}, which is no time of this swarm")
    if _is_none(record.paused_total, awake):
        changes["paused_total"] = 0.0
        wrong.append(f"paused_total is {record.paused_total:g}, which is no time of this swarm")
    seen = _observed(record.observed, awake)
    if seen is not record.observed:
        changes["observed"] = seen
        wrong.append("it was observed at a time that is none of this swarm")
    phase = _phase(record)
    if phase is not record.phase:
        changes["phase"] = phase
        wrong.append(f"it is {record.phase}, which the rest of its record does not bear out; it is looked into")
    if not changes:
        return record
    refused += [RefusedValue(record.id, text) for text in wrong]
    return replace(record, **changes)


def _observed(seen: Observed, awake: float) -> Observed:
    names = ("changed", "outputs_changed", "seen", "paused")
    wrong: dict[str, Any] = {name: awake for name in names if _is_none(getattr(seen, name), awake)}
    return replace(seen, **wrong) if wrong else seen


def _phase(record: Record) -> Phase:
    """The record's phase, where it can be. A stop that no process carries out was ordered by none: it ends no agent."""
    return record.phase if all(_bears_out(record)) else _unsure(record)


def _bears_out(record: Record) -> Iterator[bool]:
    yield record.phase is not Phase.STOPPING or record.stopper is not None
    yield record.phase is not Phase.QUEUED or (record.process is None and record.keeper is None)
    yield record.phase is not Phase.IDLE or record.parent is None
    yield record.phase is not Phase.ENDED or record.ending is not None
    yield record.phase is not Phase.WAITING or record.waiting is not None


def _unsure(record: Record) -> Phase:
    """A phase that is looked into, never guessed at: an intent, or a process that may run."""
    return Phase.RUNNING if record.process or record.keeper else Phase.SPAWNING
