"""The list of agents as a value: cursor, marks, folds, filter and order over changing swarms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.model.causes import AlertCause, Severity
from swarm.model.health import Health, Verdict
from swarm.model.record import Alert, Ending, Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.attention import Attention, attention
from swarm.rules.verdicts import verdicts
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_view, big_example, every_state, full_id
from tests.widgets.test_tree_order import some_views
from widgets.tree_order import SortMode
from widgets.tree_state import TreeState
from widgets.tree_words import title_words

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


def judged(state: TreeState, snapshot: Snapshot) -> Attention:
    said = verdicts(snapshot, POLICY, NOW)
    found = attention(snapshot, said)
    state.take(snapshot.agents, said, ROOT)
    state.take_needs(found)
    state.reorder()
    return found


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
    assert name(state) == "idea-a"
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
    state.problems_only = True
    judged(state, snapshot)
    state.reorder()
    names = [state.row_state(line).label for line in range(len(state.lines))]
    assert names[0] in ("idea-beta/worker-2", "notes-import")
    assert "idea-alpha/worker-1" not in names
    assert {"idea-alpha/worker-2", "idea-alpha/worker-3", "migrate-01", "scout-01"} <= set(names)


def test_the_next_problem_is_the_worst_then_each_of_them_in_turn() -> None:
    snapshot = big_example()
    state = TreeState()
    alerts = (Alert("", AlertCause.DISK_NEAR, "2 GiB are left"), Alert("", AlertCause.DISK, "no room"))
    judged(state, replace(snapshot, alerts=(*snapshot.alerts, *alerts)))
    first = state.next_in_need()
    seen: list[str | Alert] = []
    alert: Alert | None = None
    for _ in range(30):
        found = state.next_in_need(alert)
        assert found is not None
        alert = found if isinstance(found, Alert) else None
        if isinstance(found, str):
            line = state.line_of(found)
            assert line is not None
            state.move(line)
        seen.append(found)
    assert first == seen[0]
    cycle = seen[: seen.index(first, 1)]
    assert all(cycle.count(each) == 1 for each in cycle)
    state.problems_only = True
    state.reorder()
    assert {each for each in cycle if isinstance(each, str)} == {
        state.view_at(line).id for line in range(len(state.lines))
    }
    assert state.alerts == alerts[::-1], "the worse one comes first"
    assert title_words(state) == f"problems: {len(cycle)} need you"


def test_an_alert_of_the_swarm_itself_stands_below_the_problems_and_no_agent_is_under_the_cursor_there() -> None:
    alert = Alert("", AlertCause.DISK_NEAR, "2 GiB are left")
    state = TreeState()
    judged(state, a_snapshot(a_root(), a_view("worker-1", age=35 * 60), alerts=(alert,)))
    state.problems_only = True
    state.reorder()
    assert state.move(1)
    assert (state.cursor, state.cursor_at, state.alert) == (None, None, alert)
    later = replace(alert, count=2)
    judged(
        state, a_snapshot(a_root(), a_view("worker-0", age=36 * 60), a_view("worker-1", age=35 * 60), alerts=(later,))
    )
    assert (state.cursor, state.alert, state.cursor_line) == (None, later, 2), "it stays on its alert"
    judged(state, a_snapshot(a_root(), a_view("worker-1", age=35 * 60)))
    assert state.alert is None
    assert name(state) == "worker-1"


def test_where_nobody_needs_a_person_there_is_no_next_problem() -> None:
    assert state_of(family()).next_in_need() is None


def test_a_fold_tells_how_many_below_it_need_a_person_and_how_badly() -> None:
    snapshot = big_example()
    state = TreeState()
    found = judged(state, snapshot)
    state.fold_all()
    state.fold_all()
    state.reorder()
    place = state.row_state(0)
    assert place.folded == 17
    assert place.folded_needs == sum(agent.startswith(f"{ROOT}/") for agent in found.agents) > 1
    assert place.folded_worst is Severity.DANGER


def test_who_needs_a_person_is_not_folded_away_though_it_is_over() -> None:
    over = a_view("worker-1", phase=Phase.ENDED, ending=Ending.KILLED, ended_ago=7200.0)
    state = TreeState()
    for alerts, shown in (((), 1), ((Alert(over.id, AlertCause.KILLED, "silent", over.spawn_id),), 2)):
        snapshot = a_snapshot(a_root(), over, alerts=alerts)
        judged(state, snapshot)
        state.look_for_over(NOW)
        state.reorder()
        assert len(state.lines) == shown


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
