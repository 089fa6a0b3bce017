"""[limits] and [prices] of swarm.toml: what agents may use up, and what models cost."""

from typing import Annotated

from msgspec import Meta, field

from swarm.config.kinds import Positive, Section


class Limit(Section, frozen=True):
    """What an agent may use up in its life. None: no limit."""

    cost_usd: Positive | None = None
    tokens: Annotated[int, Meta(gt=0)] | None = None


class Limits(Section, frozen=True):
    """[limits]: a warning at `warn` of a limit, a gentle stop at the whole of it."""

    warn: Annotated[float, Meta(gt=0, lt=1)] = 0.8
    cost_usd: Positive | None = None
    """Of the whole swarm within 24 hours."""
    tokens: Annotated[int, Meta(gt=0)] | None = None
    """Of the whole swarm within 24 hours."""
    roles: dict[str, Limit] = field(default_factory=dict)
    """Of one agent of the role, in its life."""
    scheduled: Limit = field(default_factory=lambda: Limit(cost_usd=1.0))
    """Of one agent that the schedule spawns, in its life, where its role has no limit."""


class Price(Section, frozen=True):
    """[prices.MODEL]: what a model costs, in dollars for a million tokens."""

    input: Annotated[float, Meta(ge=0)]
    output: Annotated[float, Meta(ge=0)]
    cache_read: Annotated[float, Meta(ge=0)] | None = None
    """Of tokens that come from the service's cache; None for a tenth of `input`."""
    cache_write: Annotated[float, Meta(ge=0)] | None = None
    """Of tokens that go into its cache; None for a quarter more than `input`."""
