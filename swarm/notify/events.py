"""What commands on events are told: what has happened since the last look, as plain values."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from swarm.formatting import spell_stamp
from swarm.home.context import Home
from swarm.ledger.audit_log import Event
from swarm.ledger.audit_reader import recent
from swarm.model.actor import AuditVerb
from swarm.model.causes import AlertCause
from swarm.model.notification import Memory
from swarm.model.record import Alert, Ending
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.rules.attention import attention, is_open
from swarm.rules.verdicts import verdicts
from swarm.sanitize import clean

SCHEMA = 1
MAX_READ = 2000
"""Lines of the audit log that one look reads at most."""
_ENDINGS = frozenset(ending.value for ending in Ending)
"""As the audit log has them, and as swarm.toml calls the events."""


class Happened(NamedTuple):
    """One event, by the name that swarm.toml has for it, and what its command is told."""

    name: str
    told: Mapping[str, object]


class Heard(NamedTuple):
    """What has happened, and what is to be remembered of it."""

    events: tuple[Happened, ...]
    memory: Memory


def since(home: Home, snapshot: Snapshot, memory: Memory) -> Heard:
    """What has happened since `memory`, oldest first. At the very first look only what stands open now is told."""
    first = memory.event_seq is None
    lines = recent(home.layout, MAX_READ) if home.layout.events.exists() else []
    new = [line for line in lines if line.seq > (memory.event_seq or 0)]
    judged = verdicts(snapshot, home.policy, home.now())
    needs = attention(snapshot, judged)
    open_now = {alert.key: alert for alert in snapshot.alerts if is_open(alert)}
    found = [] if first else [*_of_lines(home, new), *_of_heartbeats(home, snapshot, memory)]
    for key, alert in open_now.items():
        if key not in memory.alerts:
            found.append(_event(home, "alert", _of_alert(alert)))
            if alert.cause is AlertCause.HEART_STOPPED:
                found.append(_event(home, "heartbeat-stopped", _of_alert(alert)))
    if fresh := [agent for agent in needs.agents if agent not in memory.needs_you]:
        found.append(_event(home, "needs-you", {"count": needs.count, "new": fresh, "agents": list(needs.agents)}))
    last = max((line.seq for line in lines), default=memory.event_seq or 0)
    remembered = replace(
        memory,
        event_seq=max(last, memory.event_seq or 0),
        heartbeat_n=snapshot.heartbeat_n,
        alerts=tuple(open_now),
        needs_you=tuple(needs.agents),
    )
    return Heard(tuple(found), remembered)


def _of_lines(home: Home, lines: list[Event]) -> Iterator[Happened]:
    for line in lines:
        if not line.ok or line.verb is AuditVerb.TURN:
            continue
        name = "spawned" if line.verb is AuditVerb.SPAWN else str(line.more.get("ending"))
        if name == "spawned" or name in _ENDINGS:
            said = {"agent": line.agent, "spawn_id": line.spawn_id, "by": line.actor, "reason": clean(line.reason, 500)}
            yield _event(home, name, said, at=line.at)


def _of_heartbeats(home: Home, snapshot: Snapshot, memory: Memory) -> Iterator[Happened]:
    if memory.heartbeat_n is None or snapshot.heartbeat_n <= memory.heartbeat_n:
        return
    passed = snapshot.beats[-1].passed if snapshot.beats else None
    yield _event(home, "heartbeat", {"n": snapshot.heartbeat_n, "passed": passed, "alerts": len(snapshot.alerts)})


def _of_alert(alert: Alert) -> Mapping[str, object]:
    return {
        "agent": alert.agent,
        "spawn_id": alert.spawn_id,
        "cause": str(alert.cause),
        "severity": alert.cause.severity.value,
        "text": clean(alert.text, 1000),
    }


def _event(home: Home, name: str, said: Mapping[str, object], at: str = "") -> Happened:
    when = at or spell_stamp(home.clock.wall())
    return Happened(name, {"schema": SCHEMA, "event": name, "home": str(home.layout.root), "at": when, **said})
