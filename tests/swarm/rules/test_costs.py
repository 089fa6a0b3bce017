"""What a swarm has used up: totals that forget nobody, a window of a day, a rate per hour."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.account import Account, Mark
from swarm.model.activity import Tokens
from swarm.model.beat import Beat
from swarm.model.record import Phase
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.costs import DAY_S, HOUR_S, MARKS, spent, totals, with_mark
from tests.support.swarms import NOW, a_record, a_snapshot, a_view


def a_beat(n: int, ago: float, tokens: int | None, cost: float | None) -> Beat:
    at = datetime.fromtimestamp(NOW.wall - ago, UTC).isoformat(timespec="seconds")
    return Beat(n, at, "test", 1, {}, {}, tokens=tokens, cost_usd=cost)


def test_a_total_is_of_the_living_of_the_ended_and_of_those_let_go() -> None:
    live = a_view("live", tokens=Tokens(1, 2, 3, 4), cost_usd=0.5)
    over = a_record("over", phase=Phase.ENDED, tokens=(10, 0, 0, 0), cost_usd=1.0)
    records = {live.id: live.record, over.id: over}
    views = {live.id: live}
    known = {name: record for name, record in records.items() if record is not None}
    assert totals(Account(100, 2.0), known, views.get) == (120, 3.5)


def test_what_another_spawn_of_the_id_shows_is_not_counted_for_this_one() -> None:
    view = a_view("w", tokens=Tokens(5), cost_usd=1.0)
    record = a_record("w", spawn_id="another", tokens=(1, 0, 0, 0))
    assert totals(Account(), {record.id: record}, {view.id: view}.get) == (1, 0.0)


def test_a_rate_is_taken_over_the_last_hour() -> None:
    beats = (
        a_beat(1, 3 * HOUR_S, 0, 0.0),
        a_beat(2, HOUR_S + 600, 1000, 2.0),
        a_beat(3, HOUR_S, 2000, 3.0),
        a_beat(4, 60, 9000, 4.9),
    )
    found = spent(a_snapshot(beats=beats, tokens=10_000, cost_usd=5.0), NOW)
    assert found.cost_per_hour == pytest.approx(2.0)
    assert found.tokens_per_hour == pytest.approx(8000)


def test_a_young_swarm_tells_the_rate_of_what_it_has() -> None:
    found = spent(a_snapshot(beats=(a_beat(1, HOUR_S / 2, 0, 1.0),), cost_usd=2.0), NOW)
    assert found.cost_per_hour == pytest.approx(2.0)


@pytest.mark.parametrize(
    "beats",
    [
        (),
        (a_beat(1, 10, 0, 0.0),),
        (a_beat(1, HOUR_S, None, None),),
        (Beat(1, "yesterday", "test", 1, {}, {}, tokens=1, cost_usd=1.0),),
        (a_beat(1, -HOUR_S, 0, 0.0),),
    ],
    ids=["none", "too young", "of an older version", "without a time", "of the future"],
)
def test_without_records_that_tell_there_is_no_rate(beats: tuple[Beat, ...]) -> None:
    assert spent(a_snapshot(beats=beats, cost_usd=2.0), NOW).cost_per_hour is None


def test_an_agent_without_a_price_is_counted_as_such() -> None:
    views = (
        a_view("priced", tokens=Tokens(1), cost_usd=0.1),
        a_view("unpriced", tokens=Tokens(1)),
        a_view("silent", tokens=Tokens()),
        a_view("plain"),
    )
    assert spent(a_snapshot(*views), NOW).unpriced == 1


def test_what_was_used_up_before_a_day_ago_is_not_of_today() -> None:
    marks = (
        Mark(NOW.wall - DAY_S - 10, NOW.awake - DAY_S, 100, 1.0),
        Mark(NOW.wall - HOUR_S, NOW.awake - HOUR_S, 900, 9.0),
    )
    found = spent(a_snapshot(account=Account(marks=marks), tokens=1000, cost_usd=10.0), NOW)
    assert (found.tokens_24h, found.cost_24h) == (900, 9.0)


def test_a_swarm_younger_than_a_day_counts_everything() -> None:
    account = Account(marks=(Mark(NOW.wall - HOUR_S, NOW.awake - HOUR_S, 900, 9.0),))
    found = spent(a_snapshot(account=account, tokens=1000, cost_usd=10.0), NOW)
    assert (found.tokens_24h, found.cost_24h) == (1000, 10.0)


def test_a_clock_set_back_keeps_nothing_for_more_than_a_waking_day() -> None:
    account = Account(marks=(Mark(NOW.wall + HOUR_S, NOW.awake - DAY_S, 900, 9.0),))
    assert spent(a_snapshot(account=account, tokens=1000, cost_usd=10.0), NOW).tokens_24h == 100


@given(st.lists(st.tuples(st.floats(60, 3 * HOUR_S), st.integers(0, 10_000)), min_size=1, max_size=120))
def test_the_window_holds_a_day_and_at_most_two_steps_more(steps: list[tuple[float, int]]) -> None:
    """Beats of any rhythm: everything of the last day is in it, and what is older than that and a step is not."""
    account, total, now = Account(), 0, Now(1e9, 1e5)
    history = [(now, 0)]
    for seconds, tokens in steps:
        now = Now(now.wall + seconds, now.awake + seconds)
        total += tokens
        account = with_mark(account, now, total, 0.0)
        history.append((now, total))
    snapshot = replace(a_snapshot(), account=account, tokens=total)
    window = spent(snapshot, now).tokens_24h
    slack = HOUR_S + 2 * max(seconds for seconds, _ in steps)
    day = total - max((sum_ for at, sum_ in history if now.wall - at.wall >= DAY_S), default=0)
    more = total - max((sum_ for at, sum_ in history if now.wall - at.wall >= DAY_S + slack), default=0)
    assert day <= window <= more
    assert len(account.marks) <= MARKS


def test_a_mark_is_made_about_once_an_hour() -> None:
    account = with_mark(Account(), NOW, 1, 0.0)
    soon = Now(NOW.wall + 900, NOW.awake + 900)
    assert with_mark(account, soon, 2, 0.0) is account
    later = Now(NOW.wall + HOUR_S, NOW.awake + HOUR_S)
    assert [mark.tokens for mark in with_mark(account, later, 3, 0.0).marks] == [1, 3]
