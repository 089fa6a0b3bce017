"""Marks that the list does not show are found, each with what hides it."""

from swarm.rules.verdicts import verdicts
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_view, full_id
from widgets.hidden_marks import hidden_marks
from widgets.tree_state import TreeState


def test_a_fold_a_filter_and_the_problems_hide_marks_and_each_is_said() -> None:
    snapshot = a_snapshot(a_root(), a_view("idea-a", children=1), a_view("idea-a/w"), a_view("scout"))
    state = TreeState()
    state.take(snapshot.agents, verdicts(snapshot, POLICY, NOW), snapshot.root)
    below = next(view for view in snapshot.agents if view.id == full_id("idea-a/w"))

    def hidden() -> list[tuple[str, str]]:
        state.reorder()
        return [(ref.id, why) for ref, why in hidden_marks(state)]

    assert hidden() == [], "none is marked"
    state.marks = frozenset({below.ref})
    assert hidden() == [], "it is in the list"
    state.fold_all()
    assert hidden() in [
        [(below.id, f"it is folded away below {above}")] for above in (full_id("idea-a"), snapshot.root)
    ]
    state.folded = frozenset()
    state.filter_text = "scout"
    assert hidden() == [(below.id, "the filter scout leaves it out")]
    state.filter_text = ""
    state.problems_only = True
    assert hidden() == [(below.id, "it is no problem, and only those are shown")]
