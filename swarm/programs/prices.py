"""What models cost by the token, for programs that name no price and for what a program has not told yet."""

from collections.abc import Mapping

from swarm.config.spending_policy import Price
from swarm.model.activity import Activity, Kind, Reader, Tokens
from swarm.model.values import replace
from swarm.programs.model_names import plain
from swarm.programs.price_table import LISTED


class Prices:
    """The prices that hold in one home: what its swarm.toml says, else the table."""

    def __init__(self, given: Mapping[str, Price] | None = None) -> None:
        self._given = {plain(name): price for name, price in (given or {}).items()}

    def given(self, model: str) -> Price | None:
        """What the operator says that a model costs; None where swarm.toml does not name it."""
        return self._given.get(plain(model)) if self._given else None

    def of(self, model: str) -> Price | None:
        """What a model costs; None where nothing names it."""
        listed = LISTED.get(plain(model))
        return self.given(model) or (listed.price if listed is not None else None)


def cost_of(tokens: Tokens, price: Price) -> float:
    """Dollars for these tokens, cached ones at their own prices."""
    read = price.input / 10 if price.cache_read is None else price.cache_read
    write = price.input * 1.25 if price.cache_write is None else price.cache_write
    fresh = tokens.input * price.input + tokens.output * price.output
    return (fresh + tokens.cache_read * read + tokens.cache_write * write) / 1_000_000


class PricedReader:
    """A reader of a program that names no price: what it says of tokens is priced by the model that it runs."""

    def __init__(self, reader: Reader, prices: Prices) -> None:
        self._reader = reader
        self._prices = prices
        self._model = ""
        self._counted = Tokens()
        self._cost: float | None = None
        self._unpriced = False

    def feed(self, line: bytes) -> list[Activity]:
        """What the line says, with its cost."""
        return [self._priced(activity) for activity in self._reader.feed(line)]

    def _priced(self, activity: Activity) -> Activity:
        if activity.kind in (Kind.RUN, Kind.STARTED):
            self._model = activity.model or self._model
        if activity.kind is not Kind.USAGE or activity.tokens is None or activity.cost_usd is not None:
            return activity
        more = activity.tokens - self._counted
        self._counted = activity.tokens
        price = self._prices.of(self._model)
        if price is None:
            self._unpriced = self._unpriced or more.total > 0
        elif more.total:
            self._cost = (self._cost or 0.0) + cost_of(more, price)
        return replace(activity, cost_usd=self._cost, unpriced=self._unpriced)
