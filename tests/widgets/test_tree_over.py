"""What is over comes after its siblings and is folded away after a while, and nothing that a person needs is."""

from typing import Any

import pytest

from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.triage import is_settled
from tests.support.swarms import HOUR, MINUTE, NOW, a_record, a_root, a_snapshot, a_view, full_id, results
from tests.support.widget_app import WidgetApp, screen_lines
from tests.widgets.test_agent_tree import names, started
from widgets.agent_tree import AgentTree
from widgets.tree_over import RECENT_S, branches_over
from widgets.tree_state import TreeState
from widgets.tree_words import view_words


def over(name: str, *, read: bool = True, ending: Ending = Ending.DONE, **fields: Any) -> AgentView:
    read_at = NOW.wall - HOUR if read else None
    fields.setdefault("ended_ago", HOUR)
    return a_view(name, phase=Phase.ENDED, ending=ending, read_at=read_at, **fields)


def shown(*views: AgentView, now: Now = NOW, **options: object) -> list[str]:
    return in_lines(state_of(*views, now=now, **options))


def state_of(*views: AgentView, now: Now = NOW, **options: object) -> TreeState:
    state = TreeState()
    state.take(a_snapshot(a_root(), *views).agents, {}, "genesis-01")
    for name, value in options.items():
        setattr(state, name, value)
    state.look_for_over(now)
    state.reorder()
    return state


def in_lines(state: TreeState) -> list[str]:
    return [state.view_at(line).name for line in range(len(state.lines))]


@pytest.mark.parametrize(
    ("view", "settled"),
    [
        (over("w"), True),
        (over("w", read=False, results=results()), False),
        (over("w", read=False, ending=Ending.FAILED), False),
        (over("w", ending=Ending.FAILED), True),
        (over("w", read=False, ending=Ending.LOST), False),
        (over("w", read=False, ending=Ending.KILLED), True),
        (over("w", read=False, ending=Ending.KILLED, results=results()), False),
        (over("w", ending=Ending.KILLED, unverified="a process may be left"), False),
        (over("w.1", record=a_record("w", phase=Phase.ENDED, ending=Ending.FAILED)), True),
        (a_view("w"), False),
        (a_view("w", record=None, results=results()), False),
    ],
)
def test_settled_is_what_needs_no_look_any_more(view: AgentView, settled: bool) -> None:
    assert is_settled(view) is settled


def test_it_is_folded_away_and_its_parent_says_how_many() -> None:
    state = state_of(a_view("busy"), over("a"), over("idea"), over("idea/one"), a_view("z"))
    assert in_lines(state) == ["genesis-01", "busy", "z"]
    assert state.row_state(0).folded == 3
    assert state.hidden_count == 3
    assert view_words(state, {"toggle_over": "o"}.__getitem__) == "3 over: o"


def test_shown_it_comes_after_its_siblings() -> None:
    assert shown(a_view("busy"), over("a"), a_view("z"), show_over=True) == ["genesis-01", "busy", "z", "a"]
    assert shown(a_view("busy"), over("a"), a_view("z"), show_over=True, reverse=True) == [
        "genesis-01", "z", "busy", "a",
    ]  # fmt: skip


def test_what_ended_just_now_stays_in_sight_for_a_while() -> None:
    killed = over("w", read=False, ending=Ending.KILLED, ended_ago=MINUTE)
    assert shown(killed) == ["genesis-01", "w"]
    later = Now(NOW.wall + RECENT_S, NOW.awake + RECENT_S)
    assert shown(killed, now=later) == ["genesis-01"]


def test_what_was_read_just_now_stays_in_sight_for_a_while() -> None:
    read = a_view("w", phase=Phase.ENDED, ending=Ending.DONE, read_at=NOW.wall - 1, ended_ago=5 * HOUR)
    assert shown(read) == ["genesis-01", "w"]


def test_a_branch_in_which_one_goes_on_stays() -> None:
    assert shown(over("idea"), a_view("idea/busy"), over("idea/one")) == ["genesis-01", "idea", "busy"]


def test_what_has_the_cursor_or_a_mark_stays_until_it_has_them_no_more() -> None:
    state = state_of(a_view("busy"), over("idea"), over("idea/one"), over("old"))
    one, old = (next(view.ref for view in state.tree.views if view.name == name) for name in ("one", "old"))
    state.reveal(full_id("idea/one"))
    assert state.show_over
    state.reorder()
    state.cursor, state.marks, state.show_over = one, frozenset({old}), False
    assert state.look_for_over(NOW)
    assert state.reorder() == ""
    assert in_lines(state) == ["genesis-01", "busy", "idea", "one", "old"]
    state.cursor, state.marks = state.tree.views[0].ref, frozenset()
    assert state.look_for_over(NOW)
    state.reorder()
    assert in_lines(state) == ["genesis-01", "busy"]


def test_a_filter_and_a_flat_list_show_all() -> None:
    assert shown(over("old"), filter_text="old") == ["genesis-01", "old"]
    assert sorted(shown(over("old"), problems_only=False, mode="state")) == ["genesis-01", "old"]


def test_places_are_found_for_whole_branches_alone() -> None:
    state = state_of(over("a"), over("a/b"), a_view("c"), over("c/d"))
    over_names = {state.tree.views[at].name for at in branches_over(state.tree, NOW)}
    assert over_names == {"a", "b", "d"}


async def test_o_shows_it_and_the_clock_folds_it_away() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 12), notifications=True) as pilot:
        snapshot = a_snapshot(a_root(), a_view("busy"), over("w", read=False, ending=Ending.KILLED, ended_ago=MINUTE))
        await started(app, tree, snapshot, pilot)
        assert names(tree) == ["genesis-01", "busy", "w"]
        later = Now(NOW.wall + RECENT_S, NOW.awake + RECENT_S)
        tree.tick({}, later)
        await pilot.pause()
        assert names(tree) == ["genesis-01", "busy"]
        assert "▸1" in screen_lines(app)[1]
        assert tree.border_subtitle == "1 over: o"
        tree.toggle_over()
        assert names(tree) == ["genesis-01", "busy", "w"]
        tree.toggle_over()
        assert tree.move_to(full_id("w"))
        assert names(tree) == ["genesis-01", "busy", "w"]
