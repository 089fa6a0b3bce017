"""A decision about the results of an agent, written down: what it settles, which alerts are over, who is told."""

from swarm.ending.end import write_ended
from swarm.ending.hollow import disputes_now
from swarm.ending.notices import tell_parents
from swarm.errors import NotFound
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger import outbox
from swarm.ledger.state import State, clear_alert
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record
from swarm.model.requests import Reviewed
from swarm.model.review import MAX_DISPUTES, Dispute, Review
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.results.disputes import not_settled, open_disputes

SETTLED = (
    *(AlertCause.ACCEPTANCE, AlertCause.REGRESSION, AlertCause.DISPUTED),
    *(AlertCause.RESULTS_UNREAD, AlertCause.RESULTS_ORPHANED),
)
"""Alerts that are over when somebody has decided."""


def decide(home: Home, record: Record, review: Review, verb: AuditVerb) -> Reviewed:
    """Writes a decision down: in the ledger, and in ended.json, where alone it stands once the ledger let go.

    record: of the spawn that is meant. Raises NotFound where it has been spawned anew meanwhile.
    """
    seen = disputes_now(home, record)
    settled: tuple[Dispute, ...] = ()

    def step(found: Record, _: Now) -> Record:
        nonlocal settled
        settled = tuple(dict.fromkeys((*not_settled(seen, found), *open_disputes(found))))
        return _reviewed(found, review, settled)

    def line(found: Record) -> AuditLine:
        also = {"settled": [one.words for one in settled]}
        return audit.line(home, verb, agent=found.id, spawn_id=found.spawn_id, reason=review.word, also=also)

    if record.ref.find(home.ledger.read().agents) is None:
        after: Record | None = step(record, home.now())
        outbox.append(home.layout, line(record))
    else:
        after = home.ledger.update(
            record.ref, step, purpose=f"decide about {record.id}", also=_without_alerts, line=line
        )
    if after is None or after.review is None:
        raise NotFound(f"{record.id!r} has been spawned anew.", hint="Look at it again first.")
    if after.phase is Phase.ENDED:
        write_ended(home, after)
    tell_parents(home)
    return Reviewed(after.id, after.spawn_id, after.review, settled)


def _without_alerts(state: State, record: Record) -> State:
    for cause in SETTLED:
        state = clear_alert(state, record.id, cause, record.spawn_id)
    return state


def _reviewed(record: Record, review: Review, settled: tuple[Dispute, ...]) -> Record:
    """The record with the decision. What an earlier acceptance settled stays settled; who decides has read."""
    earlier = record.review.about if record.review is not None else ()
    review = replace(review, about=(*earlier, *settled)[-2 * MAX_DISPUTES :])
    if record.read_at is not None:
        return replace(record, review=review)
    return replace(record, review=review, read_at=review.at, read_by=review.by)
