"""What was decided about the results of earlier runs, for the brief of the next one of the same spec."""

from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.actor import ENGINE
from swarm.model.agent import AgentSpec
from swarm.model.record import Record
from swarm.model.review import Review
from swarm.protocol.agent_files import read_spec


def decision_words(review: Review) -> str:
    """What was decided about results, and the word that came with it, whole."""
    word = f", with the words: {review.word}" if review.word.strip() else "."
    return f"Its results were {review.decision} by {review.by}{word}"


def decided_before(home: Home, spec: AgentSpec, state: State) -> str:
    """The last decision on an agent beside this one that had the same role and task, in words; '' for none.

    Of scheduled agents each has a task that names its heartbeat: the role alone says that they are the same.
    """
    beside = [
        (record.review.at, record.id, record.review)
        for record in state.agents.values()
        if record.review is not None and record.parent == spec.parent and record.role == spec.role
        if _is_same(home, record, spec)
    ]
    if not beside:
        return ""
    _, agent_id, review = max(beside, key=lambda each: each[:2])
    return f"{agent_id} was given the same before. {decision_words(review)}"


def _is_same(home: Home, record: Record, spec: AgentSpec) -> bool:
    if record.requested_by == spec.created_by == str(ENGINE):
        return spec.role in home.policy.schedule
    known = record.ref.match(read_spec(home.layout.agent(record.id)).value)
    return known is not None and known.task == spec.task
