"""Who is told of which alert, when, and in which words: each once, again while it lasts, many in one message. Pure."""

import time
from collections.abc import Iterable, Mapping, Sequence

from swarm.config.notify_policy import NotifyPolicy, Target, minutes_of
from swarm.formatting import plural, spell_duration
from swarm.model.causes import AlertCause, Severity
from swarm.model.notification import Due, Message, TargetMemory, Told
from swarm.model.record import Alert
from swarm.model.values import replace
from swarm.sanitize import clean

LISTED = 20
"""Alerts that one message names; the others are counted."""
MAX_WORDS = 300
MAX_TOLD = 5000
RETRY_S = 60.0
"""After a target has failed, twice as long for each further time, RETRY_AT_MOST_S at most."""
RETRY_AT_MOST_S = 3600.0


def key_of(alert: Alert) -> str:
    """One alert is told once for its agent and its cause, whichever spawn of the agent it is of."""
    return f"{alert.agent}\n{alert.cause}"


def severity_of(alert: Alert, policy: NotifyPolicy, wall: float) -> Severity:
    """How bad it is now: a warning that stands open for long enough has become a danger."""
    lasts = wall - alert.first_at
    return Severity.DANGER if lasts >= policy.rises else alert.cause.severity


def is_quiet(policy: NotifyPolicy, wall: float) -> bool:
    """Whether it is one of the quiet hours, in local time."""
    span = minutes_of(policy.quiet)
    if span is None:
        return False
    now = time.localtime(wall)
    minute = now.tm_hour * 60 + now.tm_min
    first, last = span
    return first <= minute < last if first <= last else minute >= first or minute < last


def due_for(
    name: str,
    target: Target,
    alerts: Iterable[Alert],
    policy: NotifyPolicy,
    memory: TargetMemory,
    wall: float,
    *,
    swarm: str,
) -> Due | None:
    """What a target is to hear now of the alerts that are open; None for nothing.

    wall: seconds since 1970. swarm: how the swarm is called. What is held back, by quiet hours or because the last
    message is too fresh, is not remembered as told: the next look tells it, with what came since, in one message.
    """
    open_now = {key_of(alert): alert for alert in alerts if alert.acked_at is None}
    told = _still_known(memory.told, open_now, policy, wall)
    memory = replace(memory, told=told)
    if wall < memory.last_at + _pause(policy, memory):
        return None
    quiet = is_quiet(policy, wall)
    due: list[Alert] = []
    for key, alert in open_now.items():
        severity = severity_of(alert, policy, wall)
        if severity is not Severity.DANGER and (quiet or target.severity == Severity.DANGER.value):
            continue
        if quiet and not policy.quiet_danger:
            continue
        if alert.cause is AlertCause.NOTIFY and memory.failures:
            continue  # that it cannot be reached is no news to it once it can
        if _is_due(told.get(key), severity, policy, wall):
            due.append(alert)
    if not due:
        return None
    due.sort(key=lambda alert: (severity_of(alert, policy, wall) is not Severity.DANGER, alert.first_at))
    heard = {
        key_of(alert): Told(
            wall, (before.times if (before := told.get(key_of(alert))) else 0) + 1, severity_of(alert, policy, wall)
        )
        for alert in due
    }
    after = TargetMemory(told={**told, **heard}, last_at=wall)
    return Due(name, _messages(due, told, policy, wall, swarm), after)


def _pause(policy: NotifyPolicy, memory: TargetMemory) -> float:
    """Seconds after the last message, or the last attempt, in which a target is left alone."""
    if not memory.failures:
        return policy.every
    return max(policy.every, min(RETRY_AT_MOST_S, RETRY_S * 2.0 ** (min(memory.failures, 20) - 1)))


def _still_known(
    told: Mapping[str, Told], open_now: Mapping[str, Alert], policy: NotifyPolicy, wall: float
) -> dict[str, Told]:
    """What was told is known while it is open, and for a while after: what comes and goes is not told each time."""
    kept = {key: one for key, one in told.items() if key in open_now or wall - one.at < policy.again}
    return dict(list(kept.items())[-MAX_TOLD:])


def _is_due(told: Told | None, severity: Severity, policy: NotifyPolicy, wall: float) -> bool:
    if told is None:
        return True
    if severity is Severity.DANGER and told.severity != Severity.DANGER:
        return True  # it has risen
    return wall - told.at >= policy.again * 2.0 ** (min(told.times, 20) - 1)


def _messages(
    due: Sequence[Alert], told: Mapping[str, Told], policy: NotifyPolicy, wall: float, swarm: str
) -> tuple[Message, ...]:
    if len(due) <= policy.digest:
        return tuple(_one(alert, told.get(key_of(alert)), policy, wall, swarm) for alert in due)
    worst = severity_of(due[0], policy, wall)
    danger = sum(severity_of(alert, policy, wall) is Severity.DANGER for alert in due)
    lines = [f"{_mark(alert, policy, wall)}{_about(alert)}: {alert.cause}: {_said(alert)}" for alert in due[:LISTED]]
    if len(due) > LISTED:
        lines.append(f"and {len(due) - LISTED} more")
    counted = f"{plural(len(due), 'alert')}, {danger} of them danger" if danger else plural(len(due), "alert")
    return (Message(f"{swarm}: {counted}", "\n".join(lines), worst, tuple(due)),)


def _one(alert: Alert, told: Told | None, policy: NotifyPolicy, wall: float, swarm: str) -> Message:
    lasts = f" (for {spell_duration(wall - alert.first_at)})" if told is not None else ""
    severity = severity_of(alert, policy, wall)
    return Message(f"{swarm}: {_about(alert)}: {alert.cause}{lasts}", _said(alert), severity, (alert,))


def _about(alert: Alert) -> str:
    return clean(alert.agent, 200) or "the swarm"


def _said(alert: Alert) -> str:
    times = f" ({alert.count} times)" if alert.count > 1 else ""
    return clean(alert.text, MAX_WORDS) + times


def _mark(alert: Alert, policy: NotifyPolicy, wall: float) -> str:
    return "! " if severity_of(alert, policy, wall) is Severity.DANGER else ""
