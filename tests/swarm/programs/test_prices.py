"""Prices of tokens: the operator's before the table's, cached tokens at their own, and models that nobody priced."""

from datetime import date

import pytest

from swarm.config.checked import parse_policy
from swarm.config.spending_policy import Price
from swarm.errors import PolicyError
from swarm.model.activity import Activity, ActivityState, Kind, Tokens
from swarm.programs.price_table import LISTED, oldest
from swarm.programs.prices import PricedReader, Prices, cost_of
from tests.support.recordings import folded

MILLION = 1_000_000


class Says:
    """A reader of a program that names no price: it says what it is told to say."""

    def __init__(self, *activities: Activity) -> None:
        self._activities = activities

    def feed(self, line: bytes) -> list[Activity]:
        assert line == b""
        return list(self._activities)


def priced(prices: Prices, *activities: Activity) -> ActivityState:
    return folded(PricedReader(Says(*activities), prices).feed(b""))


def used(*tokens: int) -> Activity:
    return Activity(Kind.USAGE, tokens=Tokens(*tokens))


def test_cached_tokens_have_prices_of_their_own() -> None:
    assert cost_of(Tokens(MILLION, MILLION), Price(5, 25)) == 30
    assert cost_of(Tokens(0, 0, MILLION, MILLION), Price(5, 25)) == 0.5 + 6.25
    assert cost_of(Tokens(0, 0, MILLION, MILLION), Price(5, 25, 0.2, 0)) == 0.2


@pytest.mark.parametrize(
    "name", ["claude-opus-4-8", "anthropic/claude-opus-4-8[1m]", "us.anthropic.claude-opus-4-8-v1"]
)
def test_a_model_has_one_price_by_whatever_name_a_provider_sells_it(name: str) -> None:
    assert Prices().of(name) == LISTED["claude-opus-4-8"].price


def test_swarm_toml_names_prices_before_the_table_does() -> None:
    text = (
        '[prices."claude-opus-4-8"]\ninput = 1.0\noutput = 2.0\n[prices.mine]\ninput = 3\noutput = 4\ncache_read = 0\n'
    )
    prices = Prices(parse_policy(text).prices)
    assert prices.of("claude-opus-4-8[1m]") == Price(1, 2)
    assert prices.of("mine") == Price(3, 4, 0)
    assert prices.of("another") is None
    with pytest.raises(PolicyError, match=r"prices\.mine\.output"):
        parse_policy("[prices.mine]\ninput = 1\noutput = -1\n")


def test_tokens_are_priced_by_the_model_that_used_them() -> None:
    prices = Prices({"cheap": Price(1, 1), "dear": Price(10, 10)})
    state = priced(
        prices,
        Activity(Kind.RUN, model="cheap"),
        used(MILLION),
        Activity(Kind.RUN, model="dear"),
        used(MILLION, MILLION),
    )
    assert (state.cost_usd, state.unpriced) == (11.0, False)


def test_tokens_at_no_known_price_are_said_to_be_left_out() -> None:
    state = priced(Prices({"known": Price(1, 1)}), Activity(Kind.RUN, model="mine"), used(10))
    assert (state.cost_usd, state.unpriced) == (None, True)
    mixed = [Activity(Kind.RUN, model="known"), used(MILLION), Activity(Kind.RUN, model="mine"), used(2 * MILLION)]
    state = priced(Prices({"known": Price(1, 1)}), *mixed)
    assert (state.cost_usd, state.unpriced) == (1.0, True)
    assert priced(Prices(), used()).unpriced is False


def test_every_price_of_the_table_says_when_it_was_read_and_is_found_by_its_name() -> None:
    for model, listed in LISTED.items():
        assert date.fromisoformat(listed.read_on) >= date.fromisoformat(oldest())
        assert Prices().of(model) == listed.price, "its name is a plain one"
        assert 0 < listed.price.input <= listed.price.output


def test_a_model_that_the_table_does_not_name_has_no_price_though_its_sister_has() -> None:
    assert Prices().of("gpt-6.1-sol") is not None
    assert Prices().of("gpt-6.1-terra") is None
    assert Prices().of("gemini-2.5-pro-next") is None
