"""What a swarm has used up, beyond the agents that the ledger still knows."""

from typing import Annotated

from msgspec import Meta, Struct

from swarm.model.bounds import Count, Dollars, Seconds
from swarm.model.record import Record
from swarm.model.values import replace


class Mark(Struct, frozen=True):
    """What the swarm had used up at one moment."""

    at: Seconds
    """Wall seconds."""
    awake: Seconds
    """Awake seconds."""
    tokens: Count
    cost_usd: Dollars


class Account(Struct, frozen=True, omit_defaults=True):
    """What was used up by agents that the ledger has let go of, and the swarm's totals over the last day."""

    tokens: Count = 0
    cost_usd: Dollars = 0.0
    marks: Annotated[tuple[Mark, ...], Meta(max_length=1000)] = ()
    """Oldest first, about one an hour; the first is a day old or more, where the swarm is."""
    unpriced: Count = 0
    """Those of these agents whose price was not known: the dollars leave them out."""

    def with_use_of(self, record: Record) -> "Account":
        """The account with what one more agent has used up that the ledger lets go of."""
        return replace(
            self,
            tokens=self.tokens + sum(record.tokens or ()),
            cost_usd=self.cost_usd + (record.cost_usd or 0.0),
            unpriced=self.unpriced + record.is_unpriced,
        )
