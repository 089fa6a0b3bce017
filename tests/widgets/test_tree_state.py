"""The list of agents as a value: cursor, marks, folds, filter and order over changing swarms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.rules.plan import verdicts
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_view, big_example, every_state, full_id
from tests.widgets.test_tree_order import some_views
from widgets.tree_order import SortMode
from widgets.tree_state import TreeState

ROOT = "genesis-01"


def family(*without: str) -> tuple[AgentView, ...]:
    views = a_snapshot(
        a_root(), a_view("idea-a"), a_view("idea-a/worker-1"), a_view("idea-a/worker-2"), a_view("scout")
    ).agents
    return tuple(view for view in views if view.name not in without)


def state_of(views: tuple[AgentView, ...]) -> TreeState:
    state = TreeState()
    state.take(views, {view.id: Verdict(Health.FRESH, "", age=1.0) for view in views}, ROOT)
    state.reorder()
    return state


def update(state: TreeState, views: tuple[AgentView, ...]) -> str:
    state.take(views, state.verdicts, ROOT)
    return state.reorder()


def name(state: TreeState) -> str:
    assert state.cursor is not None
    return state.cursor.id.rpartition("/")[2]


def put(state: TreeState, short: str) -> None:
    line = state.line_of(full_id(short))
    assert line is not None
    state.move(line)


def test_the_cursor_stays_on_its_agent_when_others_come_before_it() -> None:
    state = state_of(family("idea-a", "worker-1", "worker-2"))
    put(state, "scout")
    assert update(state, family()) == ""
    assert name(state) == "scout"
    assert state.cursor_line == 4


@pytest.mark.parametrize(
    ("gone", "neighbour"),
    [("worker-1", "worker-2"), ("worker-2", "scout"), ("scout", "worker-2")],
)
def test_the_cursor_of_a_vanished_agent_goes_to_a_neighbour_and_says_so(gone: str, neighbour: str) -> None:
    state = state_of(family())
    put(state, "scout" if gone == "scout" else f"idea-a/{gone}")
    assert update(state, family(gone)) == "vanished"
    assert name(state) == neighbour


def test_an_agent_that_lives_again_is_another_agent() -> None:
    views = family()
    state = state_of(views)
    put(state, "scout")
    state.marks = frozenset({views[-1].ref})
    again = (*views[:-1], replace(views[-1], spawn_id="second-life"))
    assert update(state, again) == "respawned"
    assert state.cursor == (full_id("scout"), "second-life")
    assert not state.marks


def test_the_cursor_goes_to_whoever_hides_its_agent() -> None:
    state = state_of(family())
    put(state, "idea-a/worker-2")
    state.fold_all()
    assert state.reorder() == "hidden"
    assert name(state) == "genesis-01"


def test_marks_and_folds_survive_every_update_of_the_living() -> None:
    views = family()
    state = state_of(views)
    state.marks = frozenset({views[2].ref, views[4].ref})
    state.toggle(1)
    update(state, family("worker-1"))
    assert state.marks == {views[4].ref}
    assert [state.view_at(line).name for line in range(len(state.lines))] == ["genesis-01", "idea-a", "scout"]


def test_an_empty_swarm_has_no_cursor_and_a_first_agent_gets_it() -> None:
    state = state_of(())
    assert state.cursor is None
    assert update(state, family()) == "moved"
    assert name(state) == "genesis-01"
    assert update(state, ()) == "vanished"
    assert state.cursor is None


def test_all_words_of_a_filter_must_occur() -> None:
    snapshot = big_example()
    state = TreeState()
    state.take(snapshot.agents, verdicts(snapshot, POLICY, NOW), ROOT)
    state.filter_text = "BETA overdue"
    state.reorder()
    matching = [state.view_at(n).name for n, line in enumerate(state.lines) if not line.context]
    assert matching == ["worker-2"]


@pytest.mark.parametrize(
    ("mode", "first"),
    [(SortMode.STATE, "overdue"), (SortMode.AGE, "overdue"), (SortMode.NAME, "disputed"), (SortMode.TREE, ROOT)],
)
def test_each_order_has_its_first(mode: SortMode, first: str) -> None:
    snapshot = a_snapshot(*(view for view in every_state().values() if view.id != ROOT))
    state = TreeState()
    state.take(snapshot.agents, verdicts(snapshot, POLICY, NOW), ROOT)
    state.mode = mode
    state.reorder()
    assert state.view_at(0).name == first
    forwards = [line.at for line in state.lines]
    state.reverse = True
    state.reorder()
    if mode is not SortMode.TREE:
        assert [line.at for line in state.lines] == forwards[::-1]


def test_problems_are_shown_worst_first() -> None:
    snapshot = big_example()
    state = TreeState()
    state.take(snapshot.agents, verdicts(snapshot, POLICY, NOW), ROOT)
    state.problems_only = True
    state.reorder()
    names = [state.row_state(line).label for line in range(len(state.lines))]
    assert names[0] in ("idea-beta/worker-2", "notes-import")
    assert "idea-alpha/worker-1" not in names
    assert {"idea-alpha/worker-2", "idea-alpha/worker-3", "migrate-01", "scout-01"} <= set(names)


def test_the_next_problem_is_the_worst_then_each_of_them_in_turn() -> None:
    snapshot = big_example()
    state = TreeState()
    state.take(snapshot.agents, verdicts(snapshot, POLICY, NOW), ROOT)
    state.reorder()
    first = state.next_problem()
    seen = []
    for _ in range(30):
        agent = state.next_problem()
        assert agent is not None
        line = state.line_of(agent)
        assert line is not None
        state.move(line)
        seen.append(agent)
    assert first == seen[0]
    cycle = seen[: seen.index(first, 1)]
    assert len(cycle) == len(set(cycle))
    state.problems_only = True
    state.reorder()
    assert set(cycle) == {state.view_at(line).id for line in range(len(state.lines))}


def test_where_nobody_needs_a_person_there_is_no_next_problem() -> None:
    assert state_of(family()).next_problem() is None


def test_a_fold_that_hides_trouble_takes_its_colour() -> None:
    snapshot = big_example()
    state = TreeState()
    state.take(snapshot.agents, verdicts(snapshot, POLICY, NOW), ROOT)
    state.fold_all()
    state.reorder()
    place = state.row_state(0)
    assert place.folded == 17
    assert place.folded_role == "danger"


@settings(deadline=None)
@given(some_views, some_views, st.integers(0, 60))
def test_after_any_change_the_cursor_is_on_a_line_that_is_its_agents(
    before: tuple[AgentView, ...], after: tuple[AgentView, ...], line: int
) -> None:
    state = state_of(before)
    state.move(line)
    was = state.cursor
    why = update(state, after)
    assert (state.cursor is None) is (not after)
    if after:
        assert state.cursor == state.view_at(state.cursor_line).ref
        assert bool(why) is (state.cursor != was)
        if was is not None and any(view.ref == was for view in after):
            assert state.cursor == was
