"""Who beats automatically in a home: one owner, whose next beat survives restarts; missed ones become one."""

from contextlib import suppress
from typing import TYPE_CHECKING

from swarm.admission.environment import keep_for_root
from swarm.ending.intents import dead_or_none, me
from swarm.ending.settle import settle
from swarm.errors import Busy, Refused, SwarmError
from swarm.heartbeat.beat import beat
from swarm.heartbeat.monitor import monitor_agents
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.agent import Liveness
from swarm.model.beat import Beat
from swarm.model.record import Holder, Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.rules.heart import is_overdue

if TYPE_CHECKING:
    from swarm.scan.scanner import Scanner

DRIFT_S = 5.0
"""How far the shown time of the next beat may be off (a sleep, a step of the clock) before it is written anew."""
RETRY_PERIODS = 0.25
FRESH_S = 6.0
"""How old a look may be, in seconds, to see in it who has ended."""


def own(home: Home, by: str) -> bool:
    """Takes the automatic heartbeat, or renews it; False where a living other has it. Commits only what changes."""
    home.must_be_writable()
    home.must_know_policy()
    state = home.ledger.read()
    if _renewed(home, state, by) == state:
        return _is_mine(state)

    def change(state: State) -> State:
        return _renewed(home, state, by)

    begins = not _is_mine(state)
    mine = _is_mine(home.ledger.commit(change, purpose="own the heartbeat"))
    if mine and begins:
        with suppress(SwarmError):  # the root goes on with what was kept; doctor says what is wrong with that
            keep_for_root(home)
    return mine


def disown(home: Home) -> None:
    """Gives it back, where this process has it."""
    if _is_mine(home.ledger.read()):
        home.ledger.commit(
            lambda state: replace(state, owner=None) if _is_mine(state) else state, purpose="disown the heartbeat"
        )


def beat_when_due(home: Home, by: str, *, scanner: "Scanner | None" = None) -> Beat | None:
    """Beats when this process owns the heartbeat and it is due in awake time; None where it does not, or is not.

    An owner also records at once what has ended between two heartbeats (protocol.md, results.json: collected).
    """
    state = home.ledger.read()
    if not _is_mine(state):
        return None
    if scanner is not None:
        monitor_agents(home, scanner, _settle_what_is_seen(home, scanner))
    if read_now(state.epoch, home.clock).awake < _due(home, state):
        return None
    try:
        made = beat(home, by=by, scanner=scanner)
    except (Busy, Refused):
        # Another process beats now, or has just done so: this heartbeat is not needed.
        _postpone(home, home.beat_period * RETRY_PERIODS)
        return None
    except BaseException:
        _postpone(home, home.beat_period * RETRY_PERIODS)
        raise
    own(home, by)
    return made


def _settle_what_is_seen(home: Home, scanner: "Scanner") -> Snapshot:
    seen = scanner.last
    if seen is None or not 0 <= home.clock.wall() - seen.pulse.scanned_at <= FRESH_S:
        seen = scanner.paced()
    over = {view.id for view in seen.agents if _may_be_over(view)}
    if over:
        settle(home, over)
    return seen


def _may_be_over(view: AgentView) -> bool:
    runs = view.record is not None and view.record.phase is Phase.RUNNING
    return runs and (view.exit is not None or view.liveness in (Liveness.DEAD, Liveness.STRANGER))


def _is_mine(state: State) -> bool:
    return state.owner is not None and state.owner.process == me()


def _due(home: Home, state: State) -> float:
    """Awake seconds of the next automatic beat: a period after the last one, later after a failure."""
    period = home.beat_period
    planned = state.owner.due if state.owner is not None else None
    if state.heartbeat_last is None:
        latest = read_now(state.epoch, home.clock).awake + period  # the period may have become shorter meanwhile
        return latest if planned is None else min(planned, latest)
    regular = state.heartbeat_last + period
    return planned if planned is not None and regular < planned <= regular + period else regular


def _renewed(home: Home, state: State, by: str) -> State:
    """The state with this process as owner, where it is or may become that; the same state where nothing changes."""
    now = read_now(state.epoch, home.clock)
    owner = state.owner
    if owner is not None and owner.process != me() and not dead_or_none(owner.process) and not is_overdue(owner, now):
        return state
    period, due = home.beat_period, _due(home, state)
    next_at = now.wall + max(0.0, due - now.awake)
    if owner is None or owner.process != me():
        return replace(state, owner=Holder(by, me(), now.wall, next_at, period, due))
    shown = owner.next_at if owner.next_at is not None else 0.0
    if owner.due == due and owner.period_s == period and (due <= now.awake or abs(shown - next_at) <= DRIFT_S):
        return state
    return replace(state, owner=replace(owner, next_at=next_at, due=due, period_s=period))


def _postpone(home: Home, seconds: float) -> None:
    def change(state: State) -> State:
        if not _is_mine(state) or state.owner is None:
            return state
        now = read_now(state.epoch, home.clock)
        return replace(state, owner=replace(state.owner, due=now.awake + seconds, next_at=now.wall + seconds))

    home.ledger.commit(change, purpose="put off the next heartbeat")
