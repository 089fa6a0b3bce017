"""Sums over the tree: what is unknown stays unknown, and a part is never shown as the whole."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from swarm.activity import Doings, SubAgent, Tokens
from swarm.model import AgentView
from swarm.spending import NOTHING, own_sum, spent, whole_sum
from tests.support.swarms import a_root, a_snapshot, a_view

SOME = Tokens(100, 20, 1000, 5)


def used(name: str, tokens: Tokens | None = SOME, cost: float | None = 0.5, parent: str = "genesis-01") -> AgentView:
    view = a_view(name)
    return replace(view, id=f"{parent}/{name}", parent=parent, tokens=tokens, cost_usd=cost)


def test_a_parent_has_its_own_sum_and_that_of_everybody_below() -> None:
    idea = used("idea-alpha", cost=1.0)
    worker = used("worker-1", cost=0.25, parent=idea.id)
    sums = spent(a_snapshot(a_root(), idea, worker))
    assert sums[idea.id].own.cost == 1.0
    assert sums[idea.id].subtree.cost == 1.25
    assert sums[idea.id].subtree.total == 2 * SOME.total
    assert sums["genesis-01"].own.cost is None
    assert sums["genesis-01"].subtree.cost == 1.25


def test_a_price_that_nobody_knows_makes_the_sum_a_part() -> None:
    idea = used("idea-alpha", cost=None)
    worker = used("worker-1", cost=0.25, parent=idea.id)
    sums = spent(a_snapshot(a_root(), idea, worker))
    assert sums[idea.id].own.cost is None
    assert sums[idea.id].own.total == SOME.total
    assert sums[idea.id].subtree.cost == 0.25
    assert sums[idea.id].subtree.partial_cost
    assert not sums[idea.id].subtree.partial_tokens
    assert not sums[worker.id].subtree.partial_cost


def test_who_has_used_nothing_needs_no_price() -> None:
    assert own_sum(used("worker-1", Tokens(), None)).cost == 0.0


def test_who_says_nothing_of_tokens_is_unknown_and_makes_nothing_partial() -> None:
    plain = used("worker-1", None, None)
    assert own_sum(plain) == NOTHING
    assert own_sum(plain).total is None
    assert not spent(a_snapshot(a_root(), plain, used("worker-2")))["genesis-01"].subtree.partial_cost


def test_an_output_that_is_not_read_to_its_end_makes_the_sum_a_part() -> None:
    reading = replace(used("worker-1", None, None), doings=Doings(tokens=SOME, cost_usd=0.1))
    total = spent(a_snapshot(a_root(), reading, used("worker-2")))["genesis-01"].subtree
    assert total.partial_tokens
    assert total.partial_cost
    assert total.total == SOME.total


def test_sub_agents_of_a_program_are_in_its_own_figures_already() -> None:
    worker = used("worker-1", cost=0.25)
    inner = replace(
        used("~a1", None, None, parent=worker.id), ghost=True, inner=SubAgent("a1", "looks", tokens=700), record=None
    )
    sums = spent(a_snapshot(a_root(), worker, inner))
    assert sums[worker.id].subtree == sums[worker.id].own


amounts = st.one_of(st.none(), st.integers(0, 1000))


@given(st.lists(st.tuples(amounts, amounts, st.integers(0, 8)), max_size=12))
def test_the_root_adds_up_to_the_sum_over_all_agents(drawn: list[tuple[int | None, int | None, int]]) -> None:
    views = [a_root()]
    for number, (tokens, cost, above) in enumerate(drawn):
        parent = views[above % len(views)].id
        known = None if tokens is None else Tokens(tokens)
        views.append(used(f"w-{number}", known, None if cost is None else cost / 4, parent))
    snapshot = a_snapshot(*views)
    sums = spent(snapshot)
    assert sums["genesis-01"].subtree == whole_sum(snapshot)
    for view in views:
        below = [each for each in views if each.parent == view.id]
        assert sums[view.id].subtree.tokens == sum(
            (sums[each.id].subtree.tokens for each in below), sums[view.id].own.tokens
        )
