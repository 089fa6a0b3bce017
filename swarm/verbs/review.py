"""accept and reject: the operator or the parent decides about the results of an agent, with a word."""

from swarm.ending.settle import settle
from swarm.errors import Code, SwarmError, UsageError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_answer_for, must_be_meant, resolve
from swarm.injection.fence import tagged
from swarm.lifecycle.decide import decide
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import OPERATOR, AuditVerb
from swarm.model.record import Ending, Record
from swarm.model.reports import ResultsState
from swarm.model.requests import ReadReport, Reviewed
from swarm.model.review import MAX_WORD, Decision, Review
from swarm.model.values import replace
from swarm.protocol.agent_files import read_results
from swarm.rules.results.disputes import dispute_words
from swarm.sanitize import quoted
from swarm.verbs.read import known_record


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


def read_words(report: ReadReport) -> str:
    """What the engine has to say of results beside their own words: what speaks against them, what was decided; ''."""
    against = dispute_words(report.disputes).replace('"', "'")
    said = f"DISPUTED: {quoted(against, 600)}. Accept or reject them." if report.disputes else ""
    review = report.review
    if review is None:
        return said
    given = review.word.replace('"', "'")
    word = f", with the words {quoted(given, MAX_WORD)}" if review.word else ""
    decided = f"They are {review.decision} by {review.by}{word}"
    return f"{said} {decided if review.by == str(OPERATOR) else tagged(review.word, decided)}".strip()


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
        return decide(home, record, review, verb)


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
