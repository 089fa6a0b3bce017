"""Tokens, cost and context of Claude Code, summed right over runs, sessions that go on, and turns under way."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from swarm.model.activity import Activity, Kind, Tokens
from swarm.model.values import replace
from swarm.programs.claude.cost_answer import CostAnswer, read_answer
from swarm.programs.prices import Prices, cost_of
from swarm.programs.stream_fields import child, ident, money, short, whole

NOTHING = Tokens()
REMEMBERED = 512
"""Message ids by which the several lines of one message are told from several messages."""
LONG = "[1m]"
LONG_CONTEXT = 1_000_000
LISTED = ("list", "managed")
"""The bases of a price that the program knows, against one that it guesses."""
SINCE = "model_usage_since_last_result"


class _Totals(Struct):
    """What the program says that its session has used. Newer releases go on from an earlier process of the session."""

    models: dict[str, Tokens] = {}
    cost: float | None = None
    unpriced: bool = False

    @property
    def tokens(self) -> Tokens:
        return sum(self.models.values(), NOTHING)


class Counter:
    """Adds up one stream: earlier processes, the last result of this one, and what came since that.

    Three sources tell what it costs: results, exactly; answers to our question in mid-turn, rounded; and the price of
    the tokens in between. A sum is never less than what one of them says.
    """

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._before = _Totals()
        self._now = _Totals()
        self._carried = _Totals()
        """What the session's totals held when this process began."""
        self._asked: CostAnswer | None = None
        self._quiet = True
        """This process has asked its model nothing yet."""
        self._fresh = False
        self._since: dict[str, Tokens] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._writing: dict[str, tuple[str, str]] = {}
        self._written: OrderedDict[str, int] = OrderedDict()
        self._model = ""
        self._context: int | None = None
        self._context_limit: int | None = None

    def run(self) -> None:
        """A new process begins."""
        cost, unpriced = self._cost()
        self._before = _Totals(
            {"": self._before.tokens + self._tokens()},
            _sum(self._before.cost, cost),
            self._before.unpriced or unpriced,
        )
        self._now, self._carried, self._asked, self._quiet = _Totals(), _Totals(), None, True
        self._since = {}
        self._writing.clear()
        self._written.clear()
        self._fresh = False

    def init(self, model: str) -> None:
        """A turn begins, here or in a new process."""
        self._fresh = True
        if model != self._model:
            self._model = model
            self._context_limit = LONG_CONTEXT if model.endswith(LONG) else None

    def message(self, message: Mapping[str, Any], parent: str) -> Activity | None:
        """One line of an answer. Its lines share an id and one usage, whose output is not the whole of it."""
        key = ident(message, "id")
        usage = child(message, "usage")
        if not usage or not key or key in self._seen:
            return None
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        came = _input(usage)
        self._add(short(message, "model"), came)
        if not parent:
            self._context = came.total
        return self.usage()

    def begun(self, message: Mapping[str, Any], parent: str) -> Activity | None:
        """The start of an answer, where its parts are streamed."""
        self._writing[parent] = (ident(message, "id"), short(message, "model"))
        if len(self._writing) > REMEMBERED:
            self._writing.pop(next(iter(self._writing)))
        return self.message(message, parent)

    def wrote(self, usage: Mapping[str, Any], parent: str) -> Activity | None:
        """How much of an answer has been written, where its parts are streamed."""
        key, model = self._writing.get(parent, ("", ""))
        output = whole(usage, "output_tokens")
        more = output - self._written.get(key, 0)
        if not key or more <= 0:
            return None
        self._written[key] = output
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)
        self._add(model, Tokens(output=more))
        return self.usage()

    def result(self, result: Mapping[str, Any]) -> Activity:
        """The end of a turn: totals of its session. A result without any figures leaves them as they are."""
        told = child(result, "modelUsage")
        models, cost = _models(told), money(result, "total_cost_usd")
        if not models and not cost:
            self._now.cost = cost if self._now.cost is None else self._now.cost
        else:
            if self._fresh and self._shrunk(models, cost):
                # What was told since the last result belongs to the new process: its totals hold it.
                self._since, self._asked = {}, None
                self.run()
            since = child(result, SINCE)
            if since and not whole(result, "result_index"):
                self._carried = _less(_Totals(models, cost), _Totals(_models(since), _spent(since)))
            self._now = self._own(models, cost, told)
            self._since, self._asked = {}, None
            limit = whole(child(told, self._model), "contextWindow")
            self._context_limit = limit or self._context_limit
        self._fresh = self._quiet = False
        return self.usage()

    def asked(self, answer: Mapping[str, Any]) -> Activity | None:
        """What it answered to our question for its cost or its context."""
        said = read_answer(answer.get("text"))
        if said is not None:
            if self._quiet:
                self._carried = _Totals(said.models, said.cost_usd)
            elif self._now.cost is None or self._since:  # it is rounded: a result is exact
                self._asked = said
            return replace(self.usage(), counts=False)
        total, limit = whole(answer, "totalTokens"), whole(answer, "maxTokens")
        if not total and not limit:
            return None
        self._context = total
        self._context_limit = limit or self._context_limit
        return replace(self.usage(), counts=False)  # it answers us, whatever its model does

    def usage(self) -> Activity:
        """What the whole stream comes to."""
        cost, unpriced = self._cost()
        return Activity(
            Kind.USAGE,
            tokens=self._before.tokens + self._tokens(),
            cost_usd=_sum(self._before.cost, cost),
            unpriced=self._before.unpriced or unpriced,
            context=self._context,
            context_limit=self._context_limit,
        )

    def _add(self, model: str, came: Tokens) -> None:
        self._quiet = False
        model = model or self._model
        self._since[model] = self._since.get(model, NOTHING) + came

    def _tokens(self) -> Tokens:
        """Of this process. Only the answers hold what sub-agents write, and what is written during a turn."""
        seen = self._now.tokens + sum(self._since.values(), NOTHING)
        if self._asked is None:
            return seen
        said = sum(self._asked.models.values(), NOTHING) - self._carried.tokens
        return seen + (said - seen)

    def _cost(self) -> tuple[float | None, bool]:
        """Dollars of this process, and whether some of its tokens have no known price."""
        cost, unpriced = self._now.cost, self._now.unpriced
        for model, tokens in self._since.items():
            price = self._prices.of(model)
            if price is not None:
                cost = (cost or 0.0) + cost_of(tokens, price)
        if self._asked is not None:
            said = self._answered(self._asked)
            return (cost if said.cost is None else max(cost or 0.0, said.cost)), said.unpriced
        unknown = any(tokens.total and self._prices.of(model) is None for model, tokens in self._since.items())
        return cost, unpriced or unknown

    def _answered(self, said: CostAnswer) -> _Totals:
        """The cost of this process as an answer has it: as the program says it, unless it guesses or is overruled."""
        own = _less(_Totals(said.models, said.cost_usd), self._carried)
        if not said.guessed and not any(self._prices.given(model) for model in own.models):
            return own
        return self._by_table(own)

    def _by_table(self, own: _Totals) -> _Totals:
        prices = {model: self._prices.of(model) for model, tokens in own.models.items() if tokens.total}
        known = [cost_of(own.models[model], price) for model, price in prices.items() if price is not None]
        return _Totals(own.models, sum(known) if known else None, len(known) < len(prices) or not prices)

    def _own(self, models: dict[str, Tokens], cost: float | None, told: Mapping[str, Any]) -> _Totals:
        """What a result leaves for this process, each model at the operator's price, else at the program's."""
        own = _less(_Totals(models, cost), self._carried)
        for model, tokens in own.models.items():
            given = self._prices.given(model)
            if given is None and self._is_known(model, child(told, model)):
                continue
            # The sum holds a price that is overruled or guessed: that part is taken out of it.
            all_of_it = models[model].total
            guess = (money(child(told, model), "costUSD") or 0.0) * (tokens.total / all_of_it if all_of_it else 1.0)
            own.cost = max(0.0, (own.cost or 0.0) - guess)
            if given is not None:
                own.cost += cost_of(tokens, given)
            elif tokens.total:
                own.unpriced = True
                own.cost = own.cost or None
        return own

    def _is_known(self, model: str, usage: Mapping[str, Any]) -> bool:
        """Whether the program knows the price of a model. Older releases do not say so."""
        basis = short(usage, "costBasis", 40)
        return basis in LISTED if basis else self._prices.of(model) is not None

    def _shrunk(self, models: dict[str, Tokens], cost: float | None) -> bool:
        """Whether totals went down, which never happens within a process: it was begun anew without our mark."""
        before = self._now
        if cost is not None and before.cost is not None and cost < before.cost:
            return True
        for name, was in before.models.items():
            now = models.get(name)
            if now is None or now.input < was.input or now.output < was.output or now.cache_read < was.cache_read:
                return True
        return False


def _input(usage: Mapping[str, Any]) -> Tokens:
    return Tokens(
        whole(usage, "input_tokens"),
        0,
        whole(usage, "cache_read_input_tokens"),
        whole(usage, "cache_creation_input_tokens"),
    )


def _models(told: Mapping[str, Any]) -> dict[str, Tokens]:
    """Tokens by model, sub-agents and side requests included."""
    return {
        name: Tokens(
            whole(usage, "inputTokens"),
            whole(usage, "outputTokens"),
            whole(usage, "cacheReadInputTokens"),
            whole(usage, "cacheCreationInputTokens"),
        )
        for name, usage in list(told.items())[:100]
        if isinstance(usage, dict)
    }


def _spent(told: Mapping[str, Any]) -> float:
    return sum(money(usage, "costUSD") or 0.0 for usage in list(told.values())[:100] if isinstance(usage, dict))


def _less(whole_: _Totals, part: _Totals) -> _Totals:
    """What is left of totals without a part of them."""
    models = {name: tokens - part.models.get(name, NOTHING) for name, tokens in whole_.models.items()}
    cost = whole_.cost if whole_.cost is None else max(0.0, whole_.cost - (part.cost or 0.0))
    return _Totals(models, cost)


def _sum(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return first if second is None else second
    return first + second
