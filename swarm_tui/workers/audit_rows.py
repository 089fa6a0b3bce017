"""Audit records as rows for widgets: cleaned, with times as numbers."""

from collections.abc import Iterable

from swarm.formatting import parse_stamp
from swarm.ledger.audit_log import Event
from swarm.sanitize import clean
from widgets.event_feed import EventRow


def event_rows(events: Iterable[Event]) -> tuple[EventRow, ...]:
    """The records as rows, in their order."""
    return tuple(
        EventRow(
            seq=event.seq,
            at=parse_stamp(event.at),
            actor=clean(event.actor, 80),
            verb=clean(event.verb, 40),
            agent=clean(event.agent, 200),
            spawn_id=event.spawn_id,
            ok=event.ok,
            code=clean(event.code, 40),
            reason=clean(event.reason, 300),
        )
        for event in events
    )
