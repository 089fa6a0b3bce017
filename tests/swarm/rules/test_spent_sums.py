"""Sums over the tree: what is unknown stays unknown, and a part is never shown as the whole."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.activity import SubAgent, Tokens
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.rules.costs import Spending, spending
from tests.support.swarms import a_root, a_snapshot, a_view

ROOT = "genesis-01"
SOME = Tokens(100, 20, 1000, 5)


def used(name: str, tokens: Tokens | None = SOME, cost: float | None = 0.5, parent: str = ROOT) -> AgentView:
    return replace(a_view(name), id=f"{parent}/{name}", parent=parent, tokens=tokens, cost_usd=cost)


def test_a_parent_has_its_own_sum_and_that_of_everybody_below() -> None:
    idea = used("idea-alpha", cost=1.0)
    worker = used("worker-1", cost=0.25, parent=idea.id)
    sums = spending(a_snapshot(a_root(), idea, worker))
    assert sums[idea.id] == Spending(SOME.total, 1.0, 2 * SOME.total, 1.25)
    assert sums[worker.id] == Spending(SOME.total, 0.25, SOME.total, 0.25)
    assert sums[ROOT] == Spending(None, None, 2 * SOME.total, 1.25)


def test_a_price_that_nobody_knows_makes_the_sum_a_part() -> None:
    idea = used("idea-alpha", cost=None)
    worker = used("worker-1", cost=0.25, parent=idea.id)
    sums = spending(a_snapshot(a_root(), idea, worker))
    assert sums[idea.id] == Spending(SOME.total, None, 2 * SOME.total, 0.25, unpriced=1)
    assert sums[idea.id].partial
    assert sums[ROOT].partial
    assert not sums[worker.id].partial


def test_who_has_used_nothing_needs_no_price() -> None:
    sums = spending(a_snapshot(a_root(), used("worker-1", Tokens(), None)))
    assert not sums[ROOT].partial


def test_who_says_nothing_of_tokens_is_unknown_and_makes_nothing_partial() -> None:
    plain = used("worker-1", None, None)
    sums = spending(a_snapshot(a_root(), plain, used("worker-2")))
    assert sums[plain.id] == Spending()
    assert sums[ROOT] == Spending(None, None, SOME.total, 0.5)


def test_an_output_that_is_not_read_to_its_end_makes_the_sum_a_part() -> None:
    reading = replace(used("worker-1", None, None), unread=True)
    sums = spending(a_snapshot(a_root(), reading, used("worker-2")))
    assert sums[reading.id].tokens is None
    assert sums[ROOT].partial
    assert sums[ROOT].cost_below == 0.5


def test_sub_agents_of_a_program_are_in_its_own_figures_already() -> None:
    worker = used("worker-1", cost=0.25)
    inner = replace(
        used("~a1", None, None, parent=worker.id), ghost=True, inner=SubAgent("a1", "looks", tokens=700), record=None
    )
    assert spending(a_snapshot(a_root(), worker, inner))[worker.id] == Spending(SOME.total, 0.25, SOME.total, 0.25)


amounts = st.one_of(st.none(), st.integers(0, 1000))


@given(st.lists(st.tuples(amounts, amounts, st.integers(0, 8)), max_size=12))
def test_every_subtree_adds_up_to_its_members(drawn: list[tuple[int | None, int | None, int]]) -> None:
    views = [a_root()]
    for number, (tokens, cost, above) in enumerate(drawn):
        parent = views[above % len(views)].id
        known = None if tokens is None else Tokens(tokens)
        views.append(used(f"w-{number}", known, None if cost is None else cost / 4, parent))
    sums = spending(a_snapshot(*views))
    for view in views:
        members = [each for each in views if each.id == view.id or each.id.startswith(f"{view.id}/")]
        totals = [each.tokens.total for each in members if each.tokens is not None]
        costs = [each.cost_usd for each in members if each.cost_usd is not None]
        assert sums[view.id].tokens_below == (sum(totals) if totals else None)
        assert sums[view.id].cost_below == (sum(costs) if costs else None)
        unpriced = [each for each in members if each.tokens and each.tokens.total and each.cost_usd is None]
        assert sums[view.id].unpriced == len(unpriced)
