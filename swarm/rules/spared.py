"""What a verdict says instead of what comes: that it is being ended, or that nothing ends it, and why not. Pure."""

from swarm.config.policy import Policy
from swarm.formatting import plural, spell_clock
from swarm.model.agent import Liveness
from swarm.model.record import Record
from swarm.model.snapshot import AgentView
from swarm.model.time import Now

NOTHING_ENDS_IT = "nothing ends it"
SPARED = f"; {NOTHING_ENDS_IT}: "
WHILE_IT_TRIES = f"{NOTHING_ENDS_IT} while it tries"
_DAY_S = 86_400.0


def ending_words(record: Record) -> str:
    """`is being ended by operator: too slow`: what every surface says of an agent that is stopping."""
    by = f" by {record.ended_by}" if record.ended_by else ""
    return f"is being ended{by}{f': {record.why}' if record.why else ''}"


def held_words(record: Record, now: Now, period: float, heartbeat_n: int, beat_at: float | None) -> str:
    """`; nothing ends it: held until 09:30 (2 heartbeats): a long audit`; without the time where it is not known.

    period: seconds between two heartbeats. beat_at: wall seconds of the last one, which had the number heartbeat_n.
    """
    left = (record.held_until or 0) - heartbeat_n
    because = f": {record.held_why}" if record.held_why else ""
    until = beat_at + left * period if beat_at is not None else 0.0
    if until <= now.wall:
        return f"{SPARED}held for {plural(left, 'heartbeat')}{because}"
    at = spell_clock(until, until if until - now.wall < _DAY_S else now.wall)
    return f"{SPARED}held until {at} ({plural(left, 'heartbeat')}){because}"


def spared_words(view: AgentView, policy: Policy) -> str:
    """That nothing ends a silent agent, and why not; '' where a heartbeat will."""
    if view.id == policy.root.id:
        return f"{SPARED}it is the root"
    if view.foreign or view.record is None:
        return f"{SPARED}it was not started here"
    if view.liveness is Liveness.ELSEWHERE:
        return f"{SPARED}its process is in another pid namespace and cannot be looked at"
    return "" if policy.heartbeat.kill else f"{SPARED}automatic kills are off"


def spared_loop_words(view: AgentView, policy: Policy) -> str:
    """The same of one that loops, and was not warned yet."""
    return spared_words(view, policy) if policy.looping.then == "stop" else f"{SPARED}[looping] then is alert"
