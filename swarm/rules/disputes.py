"""Hollow success: what speaks against the results of an agent, and whether that is settled."""

from swarm.model.record import Record
from swarm.model.review import Dispute, DisputeKind


def disputes_of(record: Record) -> tuple[Dispute, ...]:
    """All that the ledger knows to speak against its results, failed checks last; settled or not."""
    failed = (Dispute(DisputeKind.CHECK, text) for text, passed in record.acceptance if not passed)
    return *record.disputes, *failed


def open_disputes(record: Record) -> tuple[Dispute, ...]:
    """What speaks against its results and nobody has decided about.

    A rejection settles all of it. What comes up after an acceptance, as a check that fails since, is open again.
    """
    review = record.review
    if review is not None and review.is_rejection:
        return ()
    settled = review.about if review is not None else ()
    return tuple(one for one in disputes_of(record) if one not in settled)
