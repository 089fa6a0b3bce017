"""acknowledge: a person has seen these alerts."""

from collections.abc import Iterable, Iterator

from swarm.errors import Code, Refused
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Record
from swarm.model.values import replace

ENDS = frozenset({AlertCause.FAILED, AlertCause.LOST})


def seen_by(record: Record, wall: float, by: str) -> Record:
    """The record of an agent whose end a person has seen."""
    return record if record.read_at is not None else replace(record, read_at=wall, read_by=by)


def acknowledge(home: Home, alerts: Iterable[Alert]) -> int:
    """Marks alerts as seen; returns how many were not before. One that comes again afterwards is new again.

    An end that the operator has acknowledged (failed, lost) counts as read.
    """
    with audit.attempt(home, AuditVerb.ACKNOWLEDGE):
        home.must_be_writable()
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator acknowledges alerts.")
    keys = {alert.key for alert in alerts}
    if not any(alert.key in keys and alert.acked_at is None for alert in home.ledger.read().alerts):
        return 0
    seen: list[Alert] = []

    def change(state: State) -> State:
        seen[:] = [alert for alert in state.alerts if alert.key in keys and alert.acked_at is None]
        wall, by = home.clock.wall(), str(home.actor)
        for alert in seen:
            record = alert.ref.find(state.agents)
            if alert.cause in ENDS and record is not None:
                state = with_record(state, seen_by(record, wall, by))
        return replace(
            state,
            alerts=tuple(replace(each, acked_at=wall, acked_by=by) if each in seen else each for each in state.alerts),
        )

    def lines(_: State) -> Iterator[AuditLine]:
        for alert in seen:
            yield audit.line(
                home,
                AuditVerb.ACKNOWLEDGE,
                agent=alert.agent,
                spawn_id=alert.spawn_id,
                reason=alert.text,
                cause=alert.cause,
            )

    home.ledger.commit(change, purpose="acknowledge alerts", lines=lines)
    return len(seen)
