"""What agents have used up, by themselves and with everything below them. Prices that nobody names stay unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from swarm.model import Snapshot

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one agent."""

    tokens: int | None = None
    """Its own, over all its runs; None where they are unknown."""
    cost_usd: float | None = None
    """Its own; None where its program names no price."""
    tokens_below: int | None = None
    """With everything below it, as far as it is known; None where nothing is."""
    cost_below: float | None = None
    """With everything below it, as far as it is known; None where nothing is."""
    unpriced: int = 0
    """Agents in its subtree, itself included, that used tokens at no known price, or whose output is not read to its
    end yet: the cost leaves them out."""

    @property
    def partial(self) -> bool:
        """Its subtree cost more than `cost_below` says."""
        return self.unpriced > 0


def spending(snapshot: Snapshot) -> Mapping[str, Spending]:
    """What every agent of a snapshot has used up, by id. One pass: children stand behind their parents."""
    tokens: dict[str, int | None] = {}
    costs: dict[str, float | None] = {}
    unpriced: dict[str, int] = {}
    for view in snapshot.agents:
        tokens[view.id] = view.tokens.total if view.tokens is not None else None
        costs[view.id] = view.cost_usd
        unpriced[view.id] = int(view.cost_usd is None and (view.unread or bool(tokens[view.id])))
    for view in reversed(snapshot.agents):
        if view.parent is None or view.parent not in tokens:
            continue
        tokens[view.parent] = _plus(tokens[view.parent], tokens[view.id])
        costs[view.parent] = _plus(costs[view.parent], costs[view.id])
        unpriced[view.parent] += unpriced[view.id]
    return {
        view.id: Spending(
            tokens=view.tokens.total if view.tokens is not None else None,
            cost_usd=view.cost_usd,
            tokens_below=tokens[view.id],
            cost_below=costs[view.id],
            unpriced=unpriced[view.id],
        )
        for view in snapshot.agents
    }


def _plus(one: Number | None, other: Number | None) -> Number | None:
    """The sum of what is known."""
    if one is None or other is None:
        return other if one is None else one
    return one + other
