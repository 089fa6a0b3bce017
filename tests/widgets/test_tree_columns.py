"""Columns, headings and names of the list of agents: what has room at which width, and what stays where it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from swarm.model.agent import Usage
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.triage import is_problem
from swarm.rules.verdicts import verdicts
from tests.support.swarms import HOUR, LOOP, MINUTE, NOW, POLICY, a_root, a_snapshot, a_view
from tests.support.widget_app import WidgetApp, screen_lines
from tests.widgets.test_agent_tree import names, show, started
from widgets.agent_tree import AgentTree
from widgets.cells import cells_width, width_of
from widgets.charset import ASCII, UNICODE
from widgets.short_names import fit_middle, short_names
from widgets.tree_columns import Column, columns_for, headings
from widgets.tree_order import SortMode

TROUBLED = ("docs/worker-typescript-17", "api/worker-migrations-2")
"""One has fallen silent, one goes round."""


def glance() -> Snapshot:
    """A dozen agents with names as people give them, two of which need a person."""
    busy = Usage(4211, 3, 41.5, 410 << 20)
    well = ("api/worker-endpoints", "api/worker-migrations-1", "docs/worker-python-16", "scout", "ci", "review", "tag")
    return a_snapshot(
        a_root("Both branches are under way."),
        a_view("api", "Three workers on the endpoints.", role="idea-meta", slots=4, usage=busy),
        a_view("docs", "Two workers write.", age=5 * MINUTE, role="idea-meta", slots=4, usage=busy),
        *(a_view(name, "Section 4 of 6 is written.", age=4 * MINUTE, outputs=(4,), usage=busy) for name in well),
        a_view(TROUBLED[0], "Reading the reference.", age=38 * MINUTE, outputs=(1,)),
        a_view(TROUBLED[1], *LOOP, age=3 * MINUTE, spawned_ago=2 * HOUR),
    )


@pytest.mark.parametrize("width", [78, 80, 100, 107, 63, 94, 150, 228])
async def test_at_every_width_one_sees_who_is_not_well_and_why(width: int) -> None:
    """Windows of 80 to 109 columns have it alone, from 110 on the detail stands beside it."""
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(width, 20), notifications=True) as pilot:
        await started(app, tree, glance(), pilot)
        lines = screen_lines(app)
        silent, looping = (
            next(line for line in lines if agent.rpartition("/")[2] in line) for agent in TROUBLED
        )  # fmt: skip
        assert re.search(r"▲ worker-typescript-17 +investigate .*silent 38m", silent)
        assert re.search(r"↻ worker-migrations-2 +looping .*its last 6 updat", looping)
        assert not any("…" in line[:34] for line in lines), "no name is cut"


async def test_columns_stay_where_they_are_while_values_change_and_branches_fold() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(200, 20), notifications=True) as pilot:
        swarm = glance()
        await started(app, tree, swarm, pilot)
        heading = screen_lines(app)[0]
        busy = Usage(1, 64, 6_400.0, 999 << 30)
        grown = tuple(
            replace(view, usage=busy, cost_usd=99_999.0, used=12, progress=a_view("x", "x" * 300).progress)
            for view in swarm.agents
        )
        later = NOW._replace(wall=NOW.wall + 90 * 24 * 3600, awake=NOW.awake + 90 * 24 * 3600)
        show(tree, replace(swarm, agents=grown, generation=2), later)
        await pilot.pause()
        assert screen_lines(app)[0] == heading
        tree.fold_all()
        tree.filter_text = ":silent"
        await pilot.pause()
        assert screen_lines(app)[0] == heading


async def test_the_headings_mark_what_the_list_is_sorted_by_and_a_click_sorts() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(160, 20), notifications=True) as pilot:
        await started(app, tree, priced(), pilot)
        seen = {}
        for mode in SortMode:
            tree.sort_mode = mode
            await pilot.pause()
            seen[mode] = re.findall(r"(\w+)[↓↑]", screen_lines(app)[0])
        assert seen == {mode: [] if mode is SortMode.TREE else [mode.value] for mode in SortMode} | {
            SortMode.NAME: ["path"]
        }
        x = screen_lines(app)[0].index("cost")
        await pilot.click(tree, offset=(x, 0))
        assert names(tree)[:2] == ["dear", "cheap"]
        assert tree.cursor is not None
        await pilot.click(tree, offset=(x, 0))
        await pilot.pause()
        assert names(tree)[-1] == "dear"
        assert "cost↑" in screen_lines(app)[0]


async def test_what_the_list_is_sorted_by_is_shown_even_where_it_would_have_had_no_room() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(78, 20), notifications=True) as pilot:
        await started(app, tree, glance(), pilot)
        for mode in (SortMode.CPU, SortMode.MEMORY, SortMode.COST, SortMode.OUTPUTS):
            tree.sort_mode = mode
            await pilot.pause()
            heading = screen_lines(app)[0]
            assert f"{mode.value}↓" in heading
            assert "state" in heading
            assert "says" in heading


def priced() -> Snapshot:
    def using(name: str, cpu: float, mib: int, cost: float | None, *, unpriced: bool = False) -> AgentView:
        return a_view(name, usage=Usage(1, 1, cpu, mib << 20), cost_usd=cost, unpriced=unpriced)

    return a_snapshot(
        a_root(),
        using("cheap", 90.0, 10, 0.1),
        using("dear", 1.0, 900, 12.0),
        using("unknown", 50.0, 300, None, unpriced=True),
        using("none", 0.0, 20, None),
    )


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        (SortMode.CPU, ["cheap", "unknown", "dear", "none"]),
        (SortMode.MEMORY, ["dear", "unknown", "none", "cheap"]),
        (SortMode.COST, ["dear", "cheap", "unknown", "none"]),
    ],
)
async def test_a_list_is_sorted_by_what_agents_use_most_first(mode: SortMode, order: list[str]) -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 10), notifications=True) as pilot:
        await started(app, tree, priced(), pilot)
        tree.sort_mode = mode
        assert [name for name in names(tree) if name != "genesis-01"] == order


async def test_two_hundred_names_that_must_be_cut_are_all_told_apart() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    async with app.run_test(size=(78, 220), notifications=True) as pilot:
        views = [a_view(f"worker-of-the-{'very-' * 12}large-build-{number:03d}") for number in range(100)]
        twins = [a_view(f"{'a' * 40}{number:03d}{'z' * 40}") for number in range(100)]
        await started(app, tree, a_snapshot(a_root(), *views, *twins), pilot)
        shown = [line[:60].split()[2] for line in screen_lines(app)[2:202]]
        assert "…" in shown[0]
        assert len(set(shown)) == 200
        assert {name[-3:] for name in shown if "worker" in name} == {f"{number:03d}" for number in range(100)}
        assert all("fresh" in line for line in screen_lines(app)[2:202])


def test_an_id_that_is_cut_loses_its_middle() -> None:
    assert fit_middle("worker-for-the-migration-17", 11) == "worke…on-17"
    assert fit_middle("worker-17", 9) == "worker-17"
    assert fit_middle("worker-17", 5, "~") == "wo~17"
    assert [fit_middle("worker", width) for width in (0, 1, 2)] == ["", "…", "w…"]


def test_wide_letters_are_cut_whole() -> None:
    assert fit_middle("漢字漢字漢字", 7) == "漢…字"
    assert wcswidth(fit_middle("漢字漢字漢字", 6)) <= 6


words = st.text(st.characters(whitelist_categories=("L", "N")) | st.just("-"), min_size=1, max_size=30)


@given(st.lists(words, max_size=20), st.integers(0, 20))
def test_short_names_fit_and_stand_for_every_name(given_names: list[str], width: int) -> None:
    shown = short_names(given_names, width)
    assert set(shown) == set(given_names)
    assert all(width_of(text) <= width for text in shown.values())
    fitting = [name for name in set(given_names) if width_of(name) <= width]
    assert all(shown[name] == name for name in fitting)


@pytest.mark.parametrize("width", [0, 1, 12, 49, 50, 59, 60, 63, 78, 80, 107, 110, 160, 300])
@pytest.mark.parametrize("longest", [0, 14, 40, 200])
def test_columns_and_headings_take_exactly_the_width(width: int, longest: int) -> None:
    for needed in (None, *(column for column in Column if column is not Column.SAYS)):
        columns = columns_for(width, longest, needed=needed)
        assert 1 + columns.name + sum(1 + part for _, part in columns.parts) <= max(width, 1)
        for charset in (UNICODE, ASCII):
            line = headings(columns, "agent", {"cost": charset.down}, charset)
            assert cells_width(line) == width
    text = "".join(cell.text for cell in headings(columns_for(width, longest), "agent", {}, ASCII))
    assert text.isascii()


def test_what_a_list_is_sorted_by_is_seen_at_every_width() -> None:
    for needed in (column for column in Column if column is not Column.SAYS):
        for width in (24, 34, 40, 45, 49, 50, 60, 80, 160):
            columns = columns_for(width, 30, needed=needed)
            assert columns.has(needed)
            assert columns.name >= 12 or width < 34, (needed, width)
            heading = "".join(cell.text for cell in headings(columns, "agent", {needed.value: UNICODE.down}, UNICODE))
            assert UNICODE.down in heading


def test_a_name_is_cut_only_where_every_column_that_can_go_is_gone() -> None:
    for width in range(60, 240):
        for longest in (16, 26, 40, 80):
            columns = columns_for(width, longest)
            if columns.name < longest:
                assert {column for column, _ in columns.parts} == {Column.STATE, Column.SAYS}


def test_the_operators_columns_stand_in_their_order() -> None:
    wanted = (Column.SAYS, Column.COST, Column.STATE)
    columns = columns_for(120, 20, wanted=wanted)
    assert [column for column, _ in columns.parts] == [Column.COST, Column.STATE, Column.SAYS]
    alone = columns_for(120, 20, wanted=(Column.AGE,))
    assert [column for column, _ in alone.parts] == [Column.AGE]
    assert alone.name == 120 - 1 - 11


async def test_reasons_and_names_need_no_unicode() -> None:
    tree = AgentTree()
    app = WidgetApp(tree, charset=ASCII)
    async with app.run_test(size=(64, 20), notifications=True) as pilot:
        long = a_view("worker-of-the-very-very-very-very-very-large-build", age=40 * MINUTE)
        await started(app, tree, a_snapshot(a_root(), long, *glance().agents[1:]), pilot)
        lines = screen_lines(app)
        assert all(line.isascii() for line in lines)
        assert any("worker-of-the~" in line.replace(" ", "") for line in lines) or any("~" in line for line in lines)
        assert sum("silent" in line for line in lines) == 2


def test_verdicts_of_the_glance_are_two_problems() -> None:
    swarm = glance()
    found = verdicts(swarm, POLICY, NOW)
    assert sum(is_problem(found[view.id], view) for view in swarm.agents) == 2
