"""One heartbeat: claimed in the ledger, looked at, planned, executed and recorded. One at a time in a home."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from swarm.admission.environment import forget_waiting
from swarm.ending.intents import at_work, given_up, me
from swarm.ending.notices import tell_parents
from swarm.ending.unrecorded import forget_recorded
from swarm.errors import Busy, Code, Refused, SwarmError
from swarm.formatting import spell_duration
from swarm.heartbeat import temp_files
from swarm.heartbeat.execute import execute
from swarm.heartbeat.feasible import without_empty_promises
from swarm.heartbeat.record import record_beat
from swarm.heartbeat.root import wake
from swarm.heartbeat.unrecorded import end_what_is_due
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.reserve import fill
from swarm.ledger.state import State
from swarm.lifecycle.messaging import settle_idle_sessions
from swarm.lifecycle.recovery import resolve_intents
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.beat import ActionKind, Beat
from swarm.model.plan import Plan
from swarm.model.record import Holder
from swarm.model.requests import Rehearsal
from swarm.model.snapshot import Snapshot
from swarm.model.time import Gap, gap_between, read_now
from swarm.model.values import replace
from swarm.rules.plan import leave_out, plan
from swarm.rules.verdicts import verdicts
from swarm.scan.scanner import Scanner


def rehearse(home: Home, snapshot: Snapshot) -> Rehearsal:
    """The exact plan of a heartbeat now, the verdicts it rests on, and why it would not run without force."""
    state = home.ledger.read()
    now = home.now()
    refused = why_not(home, state)
    judged = verdicts(snapshot, home.policy, now)
    planned = plan(snapshot, home.policy, now, judged, gap=gap_of(home, state), period=home.beat_period)
    return Rehearsal(
        without_empty_promises(home, planned, snapshot),
        judged,
        refused.title if refused is not None else "",
    )


def beat(
    home: Home,
    *,
    by: str,
    force: bool = False,
    skip: frozenset[str] = frozenset(),
    scanner: Scanner | None = None,
) -> Beat:
    """One heartbeat; see `Swarm.beat`. It goes through to its record even where one of its actions fails.

    by: who asks, for people. skip: keys of actions that were unticked. scanner: one that has been looking for a while
    knows better when files changed. Raises Busy `heartbeat-running`, Refused
    `half-period` unless force, Refused `hierarchy` where an agent other than the root asks.
    """
    started = time.monotonic()
    with at_work() as begin:
        try:
            with audit.attempt(home, AuditVerb.HEARTBEAT, by=by):
                home.must_be_writable()
                home.must_know_policy()
                _may_beat(home)
                fill(home.layout)
                state = claim(home, by, begin, force=force)
            looking = scanner if scanner is not None else Scanner(home)
            planned, made = _carry_out(home, by, state, skip, looking, started)
        except SwarmError as error:
            if error.is_of_disk:
                end_what_is_due(replace(home, actor=ENGINE), scanner, gap_of(home, home.ledger.read()))
            raise
    if any(action.kind is ActionKind.WAKE for action in planned.actions):
        wake(home, made, looking)
    return made


def _carry_out(
    home: Home, by: str, state: State, skip: frozenset[str], looking: Scanner, started: float
) -> tuple[Plan, Beat]:
    """The heartbeat that was claimed, from its first look to its record; gives it up where that fails."""
    try:
        resolve_intents(home)
        forget_waiting(home, state)
        snapshot = looking.full()
        temp_files.sweep(home, looking, snapshot)
        settle_idle_sessions(replace(home, actor=ENGINE), snapshot.agents)
        now = home.now()
        judged = verdicts(snapshot, home.policy, now)
        planned = plan(snapshot, home.policy, now, judged, gap=gap_of(home, state), period=home.beat_period)
        planned = without_empty_promises(home, leave_out(planned, skip), snapshot)
        done = execute(replace(home, actor=ENGINE), planned, snapshot, looking)
        made = record_beat(home, by, planned, snapshot, judged, done, started)
        forget_recorded(home)
        tell_parents(home)  # of alerts that this heartbeat raised, before the root gets its digest
    except BaseException:
        with suppress(SwarmError):  # what went wrong is what is told; who no longer does it is replaced anyway
            _release(home)
        raise
    return planned, made


def _work(home: Home) -> str:
    """Under this name a thread of this process is at a heartbeat of this home."""
    return f"a heartbeat of {home.layout.root}"


def claim(home: Home, by: str, begin: Callable[[Iterable[str]], None], *, force: bool) -> State:
    """Takes the heartbeat for this thread; a holder that no longer beats is replaced. Raises Busy or Refused.

    begin: marks it as at work (see `at_work`), before another thread can see the claim.
    """
    own = 0

    def change(state: State) -> State:
        nonlocal own
        refused = why_not(home, state, own=own)
        if isinstance(refused, Busy) or (refused is not None and not force):
            raise refused
        begin([_work(home)])
        own = 1
        return replace(state, running=Holder(by, me(), home.clock.wall()))

    return home.ledger.commit(change, purpose="begin a heartbeat")


def why_not(home: Home, state: State, *, own: int = 0) -> SwarmError | None:
    """Why no heartbeat may begin now; None where one may. own: 1 where this thread has begun one itself."""
    holder = state.running
    if holder is not None and not given_up(holder.process, _work(home), own=own):
        since = spell_duration(home.clock.wall() - holder.since)
        return Busy(
            "A heartbeat is running.",
            f"{holder.by} (pid {holder.process.pid}) began it {since} ago.",
            "Wait for its end; its record comes in swarm-tui events.",
            code=Code.HEARTBEAT_RUNNING,
        )
    if state.heartbeat_last is None:
        return None
    period = home.beat_period
    ago = read_now(state.epoch, home.clock).awake - state.heartbeat_last
    if ago < period / 2:
        return Refused(
            Code.HALF_PERIOD,
            f"The last heartbeat was {spell_duration(ago)} ago, less than half a period.",
            f"The period is {spell_duration(period)}: agents have had no time to answer the last one.",
            "Wait, or give --force.",
        )
    return None


def gap_of(home: Home, state: State) -> Gap | None:
    """The hole in time since the last heartbeat, by the clocks; None where there is none."""
    return gap_between(state.heartbeat_epoch, home.clock) if state.heartbeat_epoch is not None else None


def _may_beat(home: Home) -> None:
    if home.actor.is_agent and not home.is_root(home.actor.agent):
        raise Refused(
            Code.HIERARCHY, "Only the root and the operator ask for a heartbeat.", "It ends agents in the whole swarm."
        )


def _release(home: Home) -> None:
    home.ledger.commit(
        lambda state: replace(state, running=None) if state.running and state.running.process == me() else state,
        purpose="give a heartbeat up",
    )
