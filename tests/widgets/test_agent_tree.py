"""The tree of agents on a screen: repaint, keys' actions, mouse, widths."""

import pytest
from textual import events
from textual.geometry import Region
from textual.pilot import Pilot

from swarm.model.record import Ref
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.attention import attention
from swarm.rules.verdicts import verdicts
from tests.support.swarms import (
    MINUTE,
    NOW,
    POLICY,
    a_root,
    a_snapshot,
    a_view,
    big_example,
    full_id,
    many,
    with_view,
)
from tests.support.widget_app import WidgetApp, screen_lines, shown_ids
from widgets.agent_tree import AgentTree
from widgets.charset import ASCII
from widgets.tree_order import SortMode


def show(tree: AgentTree, snapshot: Snapshot, now: Now = NOW) -> None:
    tree.update_snapshot(snapshot, verdicts(snapshot, POLICY, now), now)


def small(*without: str) -> Snapshot:
    views: tuple[AgentView, ...] = (
        a_root(),
        a_view("idea-a", slots=4),
        a_view("idea-a/worker-1", age=50 * MINUTE),
        a_view("idea-a/worker-2"),
        a_view("scout", age=20 * MINUTE),
    )
    return a_snapshot(*(view for view in views if view.name not in without))


def names(tree: AgentTree) -> list[str]:
    return [agent_id.rpartition("/")[2] for agent_id in shown_ids(tree)]


def rows_on(app: WidgetApp) -> list[str]:
    """The screen below the headings of the tree on top of it."""
    return screen_lines(app)[1:]


async def started(app: WidgetApp, tree: AgentTree, snapshot: Snapshot, pilot: Pilot[None]) -> None:
    show(tree, snapshot)
    tree.focus()
    await pilot.pause()


def spied(tree: AgentTree, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """The regions of every refresh from now on; an empty one is the whole widget."""
    seen: list[tuple[Region, ...]] = []
    original = tree.refresh

    def refresh(*regions: Region, **options: bool) -> AgentTree:
        seen.append(regions)
        return original(*regions, **options)

    monkeypatch.setattr(tree, "refresh", refresh)
    return seen


async def test_it_draws_the_tree_as_it_is() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(75, 8), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        assert screen_lines(app)[:6] == [
            " agent              state         age slots says, or why it is not well",
            " ♔ genesis-01       idle              4/12  Portfolio reviewed; idea-beta …",
            " ├ ◆ idea-a         fresh          1m 3/4   Working.",
            " │ ├ ✖ worker-1     overdue       50m       silent 50m, next beat kills it…",
            " │ └ ● worker-2     fresh          1m       Working.",
            " └ ◐ scout          late          20m       Working.",
        ]


async def test_an_unchanged_snapshot_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 20), notifications=True) as pilot:
        snapshot = big_example()
        await started(app, tree, snapshot, pilot)
        seen = spied(tree, monkeypatch)
        show(tree, snapshot)
        show(tree, replace(snapshot, generation=2, agents=tuple(replace(view) for view in snapshot.agents)))
        assert seen == []


async def test_one_changed_agent_repaints_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 20), notifications=True) as pilot:
        snapshot = small()
        await started(app, tree, snapshot, pilot)
        seen = spied(tree, monkeypatch)
        changed = replace(snapshot.agents[3], progress=a_view("x", "Something new.").progress)
        show(tree, with_view(snapshot, changed))
        assert [region.y for regions in seen for region in regions] == [4]
        await pilot.pause()
        assert "Something new." in rows_on(app)[3]


async def test_a_row_ages_while_the_disk_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 20), notifications=True) as pilot:
        snapshot = a_snapshot(a_root(), a_view("one", age=70.0), a_view("two", age=118.0))
        await started(app, tree, snapshot, pilot)
        seen = spied(tree, monkeypatch)
        later = Now(NOW.wall + 3, NOW.awake + 3)
        tree.tick(verdicts(snapshot, POLICY, later), later)
        assert [region.y for regions in seen for region in regions] == [3]
        await pilot.pause()
        assert " 2m" in rows_on(app)[2]


async def test_the_cursor_moves_scrolls_and_tells() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 6), notifications=True) as pilot:
        await started(app, tree, big_example(), pilot)
        tree.action_cursor_bottom()
        await pilot.pause()
        assert tree.cursor == Ref("notes-import", "")
        assert tree.scroll_offset.y == len(shown_ids(tree)) - 5
        tree.action_page_up()
        tree.action_cursor_up()
        tree.action_cursor_top()
        tree.action_cursor_down()
        await pilot.pause()
        assert tree.cursor is not None
        assert tree.cursor.id == full_id("diagnostic-01")
        heard = [message for message in app.heard if isinstance(message, AgentTree.CursorMoved)]
        assert {message.why for message in heard} == {"moved"}


async def test_a_vanished_agent_gives_its_cursor_to_a_neighbour_aloud() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        assert tree.move_to(full_id("idea-a/worker-1"))
        show(tree, small("worker-1"))
        await pilot.pause()
        heard = [message for message in app.heard if isinstance(message, AgentTree.CursorMoved)]
        assert heard[-1].why == "vanished"
        assert tree.cursor_view is not None
        assert tree.cursor_view.name == "worker-2"


async def test_the_cursor_keeps_its_height_on_the_screen_when_agents_come_above_it() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        views = [a_view(f"worker-{number:02d}") for number in range(40)]
        await started(app, tree, a_snapshot(a_root(), *views[10:]), pilot)
        assert tree.move_to(full_id("worker-30"))
        await pilot.pause()
        height = tree.cursor_line - tree.scroll_offset.y
        show(tree, a_snapshot(a_root(), *views))
        await pilot.pause()
        assert tree.cursor_line == 31
        assert tree.cursor_line - tree.scroll_offset.y == height


async def test_an_old_key_finds_nobody_after_a_respawn() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        snapshot = small()
        await started(app, tree, snapshot, pilot)
        tree.move_to(full_id("scout"))
        key = tree.cursor
        assert key is not None
        show(tree, with_view(snapshot, replace(snapshot.agents[-1], spawn_id="second-life")))
        assert tree.view_of(key) is None
        await pilot.pause()
        assert [m.why for m in app.heard if isinstance(m, AgentTree.CursorMoved)][-1] == "respawned"


async def test_folding_goes_in_and_out_and_to_parents_and_children() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        tree.move_to(full_id("idea-a/worker-2"))
        tree.fold()
        assert tree.cursor_view is not None
        assert tree.cursor_view.name == "idea-a"
        tree.fold()
        assert names(tree) == ["genesis-01", "idea-a", "scout"]
        await pilot.pause()
        assert "▸2" in rows_on(app)[1]
        tree.unfold()
        tree.unfold()
        assert tree.cursor_view.name == "worker-1"
        tree.toggle_fold()
        assert len(names(tree)) == 5
        tree.unfold_all()
        tree.fold_all()
        assert names(tree) == ["genesis-01", "idea-a", "scout"]
        tree.fold_all()
        assert names(tree) == ["genesis-01"]
        tree.fold_all()
        assert names(tree) == ["genesis-01", "idea-a", "scout"]
        tree.unfold_all()
        assert len(names(tree)) == 5


async def test_moving_to_a_folded_agent_unfolds_what_hides_it() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        tree.fold_all()
        assert tree.move_to(full_id("idea-a/worker-1"))
        assert tree.next_in_need() == full_id("idea-a/worker-1")
        assert tree.cursor_view is not None
        assert tree.cursor_view.name == "worker-1"
        assert not tree.move_to("nobody")


async def test_marks_name_lives_and_leave_with_them() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        snapshot = small()
        await started(app, tree, snapshot, pilot)
        for short in ("scout", "idea-a/worker-1"):
            tree.move_to(full_id(short))
            tree.toggle_mark()
        assert list(tree.targets) == [snapshot.agents[2].ref, snapshot.agents[4].ref]
        await pilot.pause()
        assert [line[0] for line in rows_on(app)[:5]] == [" ", " ", "*", " ", "*"]
        show(tree, small("worker-1"))
        await pilot.pause()
        assert tree.marks == {snapshot.agents[4].ref}
        tree.clear_marks()
        assert list(tree.targets) == [tree.cursor]


async def test_filter_problems_and_sort_narrow_and_order_the_list() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        await started(app, tree, big_example(), pilot)
        tree.filter_text = "helper"
        assert names(tree) == ["genesis-01", "scout-01", "helper-1", "helper-2"]
        tree.filter_text = "no such thing"
        await pilot.pause()
        assert rows_on(app)[0] == " nothing matches the filter"
        assert tree.cursor is None
        tree.filter_text = ""
        tree.problems_only = True
        assert names(tree)[0] in ("worker-2", "notes-import")
        assert tree.view_words == ""
        assert tree.border_title == "problems: 9 need you"
        tree.problems_only = False
        assert tree.cycle_sort() is SortMode.STATE
        tree.sort_reverse = True
        assert names(tree)[-1] in ("worker-2", "notes-import")
        await pilot.pause()
        assert tree.view_words == "by state ↑"
        for _ in range(7):
            mode = tree.cycle_sort()
        assert mode is SortMode.TREE


async def test_where_nobody_needs_a_person_it_says_so() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 6), notifications=True) as pilot:
        await pilot.pause()
        assert rows_on(app)[0] == " no agents yet"
        await started(app, tree, a_snapshot(a_root(), a_view("one")), pilot)
        tree.problems_only = True
        await pilot.pause()
        assert rows_on(app)[0] == " nobody needs you"
        assert tree.next_in_need() is None


async def test_problems_come_and_go_with_the_clock() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 6), notifications=True) as pilot:
        snapshot = a_snapshot(a_root(), a_view("one", age=29 * MINUTE))
        await started(app, tree, snapshot, pilot)
        tree.problems_only = True
        assert names(tree) == []
        later = Now(NOW.wall + 2 * MINUTE, NOW.awake + 2 * MINUTE)
        said = verdicts(snapshot, POLICY, later)
        tree.tick(said, later, attention(snapshot, said))
        assert names(tree) == ["one"]


async def test_a_click_selects_and_a_double_click_opens() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        await pilot.click(tree, offset=(40, 4))
        assert tree.cursor_view is not None
        assert tree.cursor_view.name == "worker-2"
        await pilot.click(tree, offset=(40, 5), times=2)
        opened = [message for message in app.heard if isinstance(message, AgentTree.Opened)]
        assert [message.key.id for message in opened] == [full_id("scout")]
        await pilot.click(tree, offset=(10, 9))
        assert tree.cursor_view.name == "scout"


async def test_a_click_on_the_mark_or_the_fold_sign_folds_and_unfolds() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        await pilot.click(tree, offset=(3, 2))
        assert names(tree) == ["genesis-01", "idea-a", "scout"]
        sign = rows_on(app)[1].index("▸")
        await pilot.click(tree, offset=(sign, 2))
        assert len(names(tree)) == 5


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 6), notifications=True) as pilot:
        await started(app, tree, big_example(), pilot)
        await pilot._post_mouse_events([events.MouseScrollDown], tree)
        await pilot.pause()
        assert tree.scroll_offset.y > 0
        assert tree.cursor_line == 0


async def test_ascii_terminals_get_ascii() -> None:
    tree = AgentTree()
    app = WidgetApp(tree, charset=ASCII)
    async with app.run_test(size=(100, 20), notifications=True) as pilot:
        await started(app, tree, big_example(), pilot)
        lines = rows_on(app)
        assert all(line.isascii() for line in lines[:19])
        assert "|-# idea-alpha" in lines[2]


@pytest.mark.parametrize("size", [(20, 5), (45, 10), (75, 20), (160, 40), (1, 1)])
async def test_any_size_is_drawn(size: tuple[int, int]) -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=size, notifications=True) as pilot:
        await started(app, tree, big_example(), pilot)
        tree.action_cursor_bottom()
        await pilot.pause()
        assert all(len(line) <= size[0] for line in rows_on(app))
        await pilot.resize_terminal(120, 30)
        await pilot.pause()
        assert any("idea-alpha" in line for line in rows_on(app))


async def test_a_large_sorted_list_is_put_in_order_at_most_once_a_second() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        snapshot = many(2_500)
        await started(app, tree, snapshot, pilot)
        tree.filter_text = "worker-2"
        tree.sort_mode = SortMode.NAME
        count = len(shown_ids(tree))
        found = verdicts(snapshot, POLICY, NOW)
        renamed = replace(snapshot.agents[1], progress=a_view("x", "worker-2 is meant").progress)
        tree.update_snapshot(with_view(snapshot, renamed), found, NOW)
        assert len(shown_ids(tree)) == count
        later = Now(NOW.wall + 1, NOW.awake + 1)
        tree.tick(found, later)
        assert len(shown_ids(tree)) == count + 1


async def test_without_colours_the_cursor_is_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(75, 10), notifications=True) as pilot:
        await started(app, tree, small(), pilot)
        strip = app.screen._compositor.render_strips()[1]
        assert all(segment.style is not None and segment.style.reverse for segment in strip)
        other = app.screen._compositor.render_strips()[2]
        assert not any(segment.style is not None and segment.style.reverse for segment in other)


async def test_ten_thousand_agents_are_drawn_and_moved_in() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        snapshot = many(10_000)
        found = verdicts(snapshot, POLICY, NOW)
        tree.update_snapshot(snapshot, found, NOW)
        tree.focus()
        tree.action_cursor_bottom()
        await pilot.pause()
        assert tree.line_count == 10_000
        assert rows_on(app)[48].startswith(" ")
        drawn: list[int] = []
        original = tree.line_cells
        tree.line_cells = lambda index, width: (drawn.append(index), original(index, width))[1]  # type: ignore[method-assign,func-returns-value]  # counts what is drawn
        changed = replace(snapshot.agents[9_990], used=7)
        tree.update_snapshot(with_view(snapshot, changed), found, NOW)
        assert len(drawn) <= 60
