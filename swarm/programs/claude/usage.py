"""Tokens, cost and context of Claude Code, summed right over runs: its results are totals of one process each."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from swarm.model.activity import Activity, Kind, Tokens
from swarm.model.values import replace
from swarm.programs.stream_fields import block, child, ident, money, whole

NOTHING = Tokens()
REMEMBERED = 512
"""Message ids by which the several lines of one message are told from several messages."""
_COST = re.compile(r"Total cost:\s{0,40}\$([\d,]{1,12}(?:\.\d{1,9})?)")
LONG = "[1m]"
LONG_CONTEXT = 1_000_000


class _Process(Struct):
    """What one process has said so far. Both are totals since its start."""

    models: dict[str, Tokens] = {}
    cost: float | None = None

    @property
    def tokens(self) -> Tokens:
        return sum(self.models.values(), NOTHING)

    @property
    def silent(self) -> bool:
        return not self.models and not self.cost


class Counter:
    """Adds up one stream: earlier processes, the last result of this one, and what came since that."""

    def __init__(self) -> None:
        self._before = NOTHING
        self._cost_before: float | None = None
        self._now = _Process()
        self._asked: float | None = None
        """What this process has cost since its start, as it answered us after its last result."""
        self._fresh = False
        self._since = NOTHING
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._writing: dict[str, str] = {}
        self._written: OrderedDict[str, int] = OrderedDict()
        self._model = ""
        self._context: int | None = None
        self._context_limit: int | None = None

    def run(self) -> None:
        """A new process begins: its totals start at nothing."""
        self._before += self._now.tokens + self._since
        self._cost_before = _sum(self._cost_before, self._cost)
        self._now, self._asked = _Process(), None
        self._since = NOTHING
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
        self._since += came
        if not parent:
            self._context = came.total
        return self.usage()

    def begun(self, message: Mapping[str, Any], parent: str) -> Activity | None:
        """The start of an answer, where its parts are streamed."""
        self._writing[parent] = ident(message, "id")
        if len(self._writing) > REMEMBERED:
            self._writing.pop(next(iter(self._writing)))
        return self.message(message, parent)

    def wrote(self, usage: Mapping[str, Any], parent: str) -> Activity | None:
        """How much of an answer has been written, where its parts are streamed."""
        key = self._writing.get(parent, "")
        output = whole(usage, "output_tokens")
        more = output - self._written.get(key, 0)
        if not key or more <= 0:
            return None
        self._written[key] = output
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)
        self._since += Tokens(output=more)
        return self.usage()

    def result(self, result: Mapping[str, Any]) -> Activity:
        """The end of a turn: totals of its process. A result without any figures leaves them as they are."""
        by_model = child(result, "modelUsage")
        said = _Process(_models(by_model), money(result, "total_cost_usd"))
        if said.silent:
            self._now.cost = said.cost if self._now.cost is None else self._now.cost
        else:
            if self._fresh and _shrunk(self._now, said):
                # What was told since the last result belongs to the new process: its totals hold it.
                self._since = NOTHING
                self._asked = None
                self.run()
            self._now, self._asked = said, None
            self._since = NOTHING
            limit = whole(child(by_model, self._model), "contextWindow")
            self._context_limit = limit or self._context_limit
        self._fresh = False
        return self.usage()

    def asked(self, answer: Mapping[str, Any]) -> Activity | None:
        """What it answered to our question for its cost or its context."""
        cost = _COST.match(block(answer.get("text"), 2))
        if cost is not None:
            if self._now.cost is None or self._since != NOTHING:  # it is rounded: a result is exact
                self._asked = float(cost[1].replace(",", "") or 0)
            return replace(self.usage(), counts=False)
        total, limit = whole(answer, "totalTokens"), whole(answer, "maxTokens")
        if not total and not limit:
            return None
        self._context = total
        self._context_limit = limit or self._context_limit
        return replace(self.usage(), counts=False)  # it answers us, whatever its model does

    @property
    def _cost(self) -> float | None:
        """Of this process. An answer to us is rounded, and a result is not: what is told later is never less."""
        costs = [cost for cost in (self._now.cost, self._asked) if cost is not None]
        return max(costs, default=None)

    def usage(self) -> Activity:
        """What the whole stream comes to."""
        return Activity(
            Kind.USAGE,
            tokens=self._before + self._now.tokens + self._since,
            cost_usd=_sum(self._cost_before, self._cost),
            context=self._context,
            context_limit=self._context_limit,
        )


def _input(usage: Mapping[str, Any]) -> Tokens:
    return Tokens(
        whole(usage, "input_tokens"),
        0,
        whole(usage, "cache_read_input_tokens"),
        whole(usage, "cache_creation_input_tokens"),
    )


def _models(by_model: Mapping[str, Any]) -> dict[str, Tokens]:
    """Tokens by model, sub-agents and side requests included."""
    return {
        name: Tokens(
            whole(usage, "inputTokens"),
            whole(usage, "outputTokens"),
            whole(usage, "cacheReadInputTokens"),
            whole(usage, "cacheCreationInputTokens"),
        )
        for name, usage in list(by_model.items())[:100]
        if isinstance(usage, dict)
    }


def _shrunk(before: _Process, after: _Process) -> bool:
    """Whether totals went down, which they never do within a process: a session was taken up again without our mark."""
    if after.cost is not None and before.cost is not None and after.cost < before.cost:
        return True
    for name, was in before.models.items():
        now = after.models.get(name)
        if now is None or now.input < was.input or now.output < was.output or now.cache_read < was.cache_read:
            return True
    return False


def _sum(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return first if second is None else second
    return first + second
