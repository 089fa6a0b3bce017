"""accept and reject: the operator or the parent decides about the results of an agent, with a word."""

from swarm.ending.end import write_ended
from swarm.ending.hollow import disputes_now
from swarm.ending.notices import tell_parents
from swarm.ending.settle import settle
from swarm.errors import Code, NotFound, SwarmError, UsageError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_answer_for, must_be_meant, resolve
from swarm.ledger import outbox
from swarm.ledger.state import State, clear_alert
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.requests import Reviewed
from swarm.model.review import MAX_WORD, Decision, Dispute, Review
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.protocol.agent_files import read_results
from swarm.rules.disputes import not_settled, open_disputes
from swarm.verbs.read import known_record

SETTLED = (AlertCause.ACCEPTANCE, AlertCause.DISPUTED, AlertCause.RESULTS_UNREAD, AlertCause.RESULTS_ORPHANED)
"""Alerts that are over when somebody has decided."""


def accept(home: Home, words: str, *, why: str = "", spawn_id: str = "") -> Reviewed:
    """The results count: what speaks against them is settled, and they are read.

    why: for the record. spawn_id: '' for whichever spawn there is. Raises NotFound; Refused `hierarchy` where an agent
    decides about one that is not its child; SwarmError `no-results` where there is nothing to decide about.
    """
    return _decide(home, words, Review(Decision.ACCEPTED, word=why), spawn_id)


def reject(home: Home, words: str, *, why: str, spawn_id: str = "") -> Reviewed:
    """The results do not count: the agent counts as failed from now on, with this word. Raises as `accept` does."""
    if not why.strip():
        raise UsageError("A rejection needs a word.", hint="Say what is wrong, for the next attempt: --why TEXT.")
    return _decide(home, words, Review(Decision.REJECTED, word=why), spawn_id)


def review_text(report: Reviewed) -> str:
    """What was decided, in words for people and agents."""
    settled = f"; {plural(len(report.settled), 'dispute')} settled" if report.settled else ""
    return f"{report.agent}: its results are {report.review.decision}{settled}"


def _decide(home: Home, words: str, wanted: Review, spawn_id: str) -> Reviewed:
    verb = AuditVerb.REJECT if wanted.is_rejection else AuditVerb.ACCEPT
    with audit.attempt(home, verb, words, spawn_id) as attempt:
        must_be_ready(home)
        if len(wanted.word) > MAX_WORD:
            raise UsageError(f"The word has {len(wanted.word)} characters.", f"It may have {MAX_WORD}.")
        attempt.agent = agent_id = resolve(home, words)
        must_answer_for(home, agent_id)
        settle(home, among=(agent_id,))
        record = _must_have_results(home, agent_id, spawn_id)
        review = replace(wanted, by=str(home.actor), at=home.clock.wall())
        return _commit(home, record, review, verb)


def _must_have_results(home: Home, agent_id: str, spawn_id: str) -> Record:
    """The record of an agent that has reported, or ended as done, wherever it is kept."""
    agent = home.layout.agent(agent_id)
    record = known_record(home, agent_id)
    if record is not None:
        must_be_meant(record, spawn_id)
        if record.ending is Ending.DONE or read_results(agent).state is ResultsState.VALID:
            return record
    raise SwarmError(
        f"{agent_id!r} has no results to decide about.",
        "It was not spawned by this engine." if record is None else "There is no valid results.json.",
        f"What it says of itself: swarm-tui log {agent_id}",
        code=Code.NO_RESULTS,
    )


def _commit(home: Home, record: Record, review: Review, verb: AuditVerb) -> Reviewed:
    """Writes the decision down: in the ledger, and in ended.json, where alone it stands once the ledger let go."""
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
    review = replace(review, about=(*earlier, *settled))
    if record.read_at is not None:
        return replace(record, review=review)
    return replace(record, review=review, read_at=review.at, read_by=review.by)
