"""Looking back: the timeline of heartbeats, the audit log."""

from swarm.model.actor import AuditVerb
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.history import AuditScreen, TimelineScreen
from swarm_tui.workers.audit_rows import event_rows
from widgets.event_feed import EventRow

MAX_RECORDS = 2000
EVERYDAY = frozenset({AuditVerb.PROGRESS})
"""Verbs whose successes would drown the others; the detail of the agent shows them."""


def timeline(room: ActingScreen) -> None:
    room.app.push_screen(TimelineScreen(room.snapshot), lambda agent: room.go_to(agent or ""))


def audit(room: ActingScreen) -> None:
    def show(rows: tuple[EventRow, ...]) -> None:
        room.app.push_screen(AuditScreen(rows), lambda agent: room.go_to(agent or ""))

    def look() -> tuple[EventRow, ...]:
        return _worth_a_look(event_rows(room.swarm.events(MAX_RECORDS)))

    room.perform("read the audit log", look, show, opens=True)


def _worth_a_look(rows: tuple[EventRow, ...]) -> tuple[EventRow, ...]:
    return tuple(row for row in rows if row.verb not in EVERYDAY or not row.ok)


HANDLERS = {"timeline": timeline, "audit": audit}
