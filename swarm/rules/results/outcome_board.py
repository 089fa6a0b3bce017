"""The outcome board: what is there of all that an orchestrator and the agents directly below it are to bring about."""

from collections.abc import Iterator

from swarm.model.outcome import Board, Outcome, OutcomeState, history_of
from swarm.model.record import Record
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.health import is_archived
from swarm.sanitize import clean

OWN_WORD = {True: "reached, by its own word", False: "not reached, by its own word"}


def board_of(snapshot: Snapshot, agent_id: str) -> Board:
    """The board of one agent. Earlier runs, which a later one has replaced, are not on it."""
    own: list[Outcome] = []
    below: list[Outcome] = []
    for view in snapshot.agents:
        if (view.id == agent_id or view.parent == agent_id) and not is_archived(view):
            (own if view.id == agent_id else below).extend(_outcomes(view))
    return Board(agent_id, (*own, *below))


def boards(snapshot: Snapshot) -> Iterator[Board]:
    """The boards of all that have agents below them, in the order of the tree, without those that hold no outcome."""
    for view in snapshot.agents:
        if view.children and (board := board_of(snapshot, view.id)).outcomes:
            yield board


def _outcomes(view: AgentView) -> Iterator[Outcome]:
    """In the order of its spec. What was checked is as the ledger has it: an agent can write its own agent.json."""
    record = view.record
    checked = [_checked(view.id, record, place) for place in range(len(record.acceptance))] if record else []
    is_open = not checked
    said = dict(view.results.acceptance)
    for goal in view.spec.acceptance if view.spec is not None else ():
        text = clean(goal.text)
        if not goal.check:
            word = OWN_WORD[said[text]] if text in said else ""
            yield Outcome(view.id, goal.text, OutcomeState.UNCHECKED, word)
        elif checked:
            yield checked.pop(0)
        elif is_open:
            yield Outcome(view.id, goal.text, OutcomeState.OPEN)
    yield from checked


def _checked(agent_id: str, record: Record, place: int) -> Outcome:
    text, passed = record.acceptance[place]
    history = history_of(record.checks.runs, place)
    why = record.checks.said[place] if place < len(record.checks.said) else ""
    if passed:
        return Outcome(agent_id, text, OutcomeState.THERE, why, history)
    was_there = any(there for _, there in history)
    return Outcome(agent_id, text, OutcomeState.GONE if was_there else OutcomeState.MISSING, why, history)
