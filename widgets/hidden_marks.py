"""Marked agents that the list does not show: an act would reach them unseen, so each is named with what hides it."""

from swarm.model.record import Ref
from widgets.cells import quote
from widgets.tree_state import TreeState


def hidden_marks(state: TreeState) -> tuple[tuple[Ref, str], ...]:
    """The marked agents without a line, in the order of the tree, each with why. Cheap where none is marked."""
    if not state.marks:
        return ()
    views = (view for view in state.tree.views if view.ref in state.marks)
    return tuple((view.ref, why_hidden(state, view.id)) for view in views if state.line_of(view.id) is None)


def why_hidden(state: TreeState, agent_id: str) -> str:
    """Why an agent has no line, in words."""
    if state.filter_text.strip():
        return f"the filter {quote(state.filter_text, 40)} leaves it out"
    if state.problems_only:
        return "it is no problem, and only those are shown"
    at = state.tree.index.get(agent_id)
    above = (state.tree.views[each] for each in state.tree.ancestors(at)) if at is not None else ()
    folded = next((view for view in above if view.ref in state.folded), None)
    return f"it is folded away below {quote(folded.id, 200)}" if folded is not None else "it is folded away"
