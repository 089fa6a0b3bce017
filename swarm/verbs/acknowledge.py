"""acknowledge: a person has seen these alerts; and takes that back."""

from collections.abc import Iterable, Iterator, Mapping

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


def acknowledge(home: Home, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Marks alerts as seen; returns those that were not before, as they stand now.

    One that comes again afterwards is new again. An end that the operator has acknowledged (failed, lost) counts as
    read. Raises Refused `hierarchy` where an agent asks.
    """
    _only_the_operator(home)
    keys = {alert.key for alert in alerts}
    if not any(alert.key in keys and alert.acked_at is None for alert in home.ledger.read().alerts):
        return ()
    seen: dict[str, Alert] = {}

    def change(state: State) -> State:
        seen.clear()
        wall, by = home.clock.wall(), str(home.actor)
        for alert in state.alerts:
            if alert.key not in keys or alert.acked_at is not None:
                continue
            seen[alert.key] = replace(alert, acked_at=wall, acked_by=by)
            record = alert.ref.find(state.agents)
            if alert.cause in ENDS and record is not None:
                state = with_record(state, seen_by(record, wall, by))
        return _with_alerts(state, seen) if seen else state

    home.ledger.commit(change, purpose="acknowledge alerts", lines=lambda _: _lines(home, seen.values(), undo=False))
    return tuple(seen.values())


def unacknowledge(home: Home, acknowledged: Iterable[Alert]) -> tuple[Alert, ...]:
    """Takes an acknowledgement back; returns the alerts that are open again.

    acknowledged: as `acknowledge` returned them. One that is over, has come again or was acknowledged anew since stays
    as it is. An end that counted as read by it is unread again. Raises Refused `hierarchy` where an agent asks.
    """
    _only_the_operator(home)
    meant = {alert.key: alert.acked_at for alert in acknowledged}
    opened: dict[str, Alert] = {}

    def change(state: State) -> State:
        opened.clear()
        for alert in state.alerts:
            if alert.acked_at is None or meant.get(alert.key) != alert.acked_at:
                continue
            opened[alert.key] = replace(alert, acked_at=None, acked_by="")
            record = alert.ref.find(state.agents)
            # The same moment: this acknowledgement, and no reader, marked it as read.
            if alert.cause in ENDS and record is not None and record.read_at == alert.acked_at:
                state = with_record(state, replace(record, read_at=None, read_by=""))
        return _with_alerts(state, opened) if opened else state

    home.ledger.commit(
        change, purpose="take an acknowledgement back", lines=lambda _: _lines(home, opened.values(), undo=True)
    )
    return tuple(opened.values())


def _only_the_operator(home: Home) -> None:
    with audit.attempt(home, AuditVerb.ACKNOWLEDGE):
        home.must_be_writable()
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator acknowledges alerts.")


def _with_alerts(state: State, changed: Mapping[str, Alert]) -> State:
    return replace(state, alerts=tuple(changed.get(alert.key, alert) for alert in state.alerts))


def _lines(home: Home, alerts: Iterable[Alert], *, undo: bool) -> Iterator[AuditLine]:
    also = {"undo": True} if undo else audit.NOTHING
    for alert in alerts:
        yield audit.line(
            home,
            AuditVerb.ACKNOWLEDGE,
            agent=alert.agent,
            spawn_id=alert.spawn_id,
            reason=alert.text,
            cause=alert.cause,
            also=also,
        )
