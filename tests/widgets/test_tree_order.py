"""Which lines a tree of agents makes."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.record import Ref
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from tests.support.swarms import a_root, a_snapshot, a_view, many
from widgets.charset import ASCII, UNICODE
from widgets.tree_order import TreeIndex, same_shape


def forests(draw_names: st.SearchStrategy[list[int]]) -> st.SearchStrategy[tuple[AgentView, ...]]:
    """Trees of any shape: agent i hangs below the agent that its number points to."""

    def build(numbers: list[int]) -> tuple[AgentView, ...]:
        views: list[AgentView] = []
        for place, number in enumerate(numbers):
            parent = views[number % place] if place and number % 5 else None
            agent_id = f"{parent.id}/a{place}" if parent is not None else f"a{place}"
            views.append(AgentView(agent_id, f"a{place}", "worker", parent.id if parent else None, 0, f"s{place}"))
        return tuple(views)

    return draw_names.map(build)


some_views = forests(st.lists(st.integers(0, 1000), max_size=40))


def drawn(tree: TreeIndex, **options: object) -> list[str]:
    return [f"{line.guides}{tree.views[line.at].name}" for line in tree.lines(UNICODE, **options)]  # type: ignore[arg-type]  # tests pass what the signature names


def family() -> tuple[AgentView, ...]:
    return a_snapshot(
        a_root(), a_view("idea-a"), a_view("idea-a/worker-1"), a_view("idea-a/worker-2"), a_view("scout")
    ).agents


def test_guides_show_who_is_below_whom() -> None:
    assert drawn(TreeIndex(family())) == [
        "genesis-01",
        "├ idea-a",
        "│ ├ worker-1",
        "│ └ worker-2",
        "└ scout",
    ]


def test_guides_are_drawn_in_ascii_too() -> None:
    tree = TreeIndex(family())
    assert [line.guides for line in tree.lines(ASCII)] == ["", "|-", "| |-", "| `-", "`-"]


def test_siblings_can_be_turned_round() -> None:
    assert drawn(TreeIndex(family()), reverse=True) == [
        "genesis-01",
        "├ scout",
        "└ idea-a",
        "  ├ worker-2",
        "  └ worker-1",
    ]


def test_folding_hides_what_is_below_and_nothing_else() -> None:
    views = family()
    assert drawn(TreeIndex(views), folded={views[1].ref}) == ["genesis-01", "├ idea-a", "└ scout"]


def test_a_fold_of_an_earlier_life_does_not_count() -> None:
    views = family()
    assert len(drawn(TreeIndex(views), folded={Ref(views[1].id, "earlier")})) == 5


def test_a_filter_keeps_the_way_down_and_marks_it() -> None:
    views = family()
    tree = TreeIndex(views)
    lines = tree.lines(UNICODE, wanted={3}, folded={views[1].ref})
    assert [(tree.views[line.at].name, line.context) for line in lines] == [
        ("genesis-01", True),
        ("idea-a", True),
        ("worker-2", False),
    ]


def test_an_unknown_parent_makes_a_top() -> None:
    orphan = replace(a_view("lost/child"), parent="genesis-01/nobody")
    assert drawn(TreeIndex((a_root(), orphan))) == ["genesis-01", "child"]


def test_an_agent_that_names_itself_or_a_later_one_as_parent_is_a_top() -> None:
    one = replace(a_view("one"), parent="genesis-01/two")
    two = replace(a_view("two"), parent="genesis-01/two")
    assert drawn(TreeIndex((one, two))) == ["one", "two"]


@given(some_views)
def test_every_agent_has_exactly_one_line_below_its_parent(views: tuple[AgentView, ...]) -> None:
    tree = TreeIndex(views)
    lines = tree.lines(UNICODE)
    assert sorted(line.at for line in lines) == list(range(len(views)))
    line_of = {line.at: number for number, line in enumerate(lines)}
    for at, parent in enumerate(tree.parents):
        if parent >= 0:
            assert line_of[parent] < line_of[at]
            assert len(lines[line_of[at]].guides) == len(lines[line_of[parent]].guides) + 2


@given(some_views)
def test_sizes_count_the_whole_subtree(views: tuple[AgentView, ...]) -> None:
    tree = TreeIndex(views)
    for at, view in enumerate(views):
        inside = [other for other in views if other.id == view.id or other.id.startswith(view.id + "/")]
        assert tree.sizes[at] == len(inside)
        assert len(list(tree.below(at, 10_000))) == len(inside) - 1


@given(some_views, st.sets(st.integers(0, 40)))
def test_a_folded_tree_shows_whoever_has_no_folded_ancestor(views: tuple[AgentView, ...], chosen: set[int]) -> None:
    tree = TreeIndex(views)
    folded = {views[at].ref for at in chosen if at < len(views)}
    shown = {line.at for line in tree.lines(UNICODE, folded=folded)}
    for at in range(len(views)):
        hidden = any(views[above].ref in folded for above in tree.ancestors(at))
        assert (at in shown) is not hidden


@given(some_views, some_views)
def test_the_same_shape_makes_the_same_lines(one: tuple[AgentView, ...], other: tuple[AgentView, ...]) -> None:
    changed = tuple(replace(view, used=view.used + 1) for view in one)
    assert same_shape(one, changed)
    if same_shape(one, other):
        assert TreeIndex(one).lines(UNICODE) == TreeIndex(other).lines(UNICODE)


def test_another_life_is_another_shape() -> None:
    views = family()
    assert not same_shape(views, (*views[:-1], replace(views[-1], spawn_id="later")))
    assert not same_shape(views, views[:-1])


def test_ten_thousand_agents_and_a_thousand_levels_are_only_more_lines() -> None:
    assert len(TreeIndex(many(10_000).agents).lines(UNICODE)) == len(many(10_000).agents)
    chain = tuple(
        replace(a_view("w"), id="/".join(["a"] * depth), parent="/".join(["a"] * (depth - 1)) or None, depth=depth - 1)
        for depth in range(1, 1001)
    )
    assert len(TreeIndex(chain).lines(UNICODE)) == 1000
