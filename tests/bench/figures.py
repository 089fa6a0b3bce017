"""What a bench finds: figures with their samples, aims and yardsticks."""

import statistics
from collections.abc import Sequence
from typing import Annotated, Self

from msgspec import Meta, Struct

Samples = Annotated[tuple[float, ...], Meta(max_length=100_000)]


class Growth(Struct, frozen=True):
    """Where a figure stands in the table of how cost grows: what it is the cost of, and for how many agents."""

    of: str
    agents: int
    base: float = 0.0
    """What it is without any agents."""


class Figure(Struct, frozen=True):
    """One measured thing. Ratios are to a yardstick that was measured in the same run, turn and turn about."""

    what: str
    value: float
    unit: str
    aim: float | None = None
    """The most it may be (the least, where `more_is_better`); None where it stands for comparison only."""
    yardstick: str = ""
    yard: float | None = None
    """The yardstick's value, in the same unit."""
    aim_is_ratio: bool = False
    """The aim is a multiple of the yardstick."""
    more_is_better: bool = False
    samples: int = 1
    ours: Samples = ()
    """Every sample that `value` was made of, in the order in which they were taken."""
    theirs: Samples = ()
    """The same of the yardstick."""
    share: float = 0.5
    """`value` is the one that so many of the samples do not exceed: 0.5 the median, 0.99 the slowest of a hundred."""
    counted: bool = False
    """It is a count of what always comes out alike: any difference between two runs is one."""
    reason: str = ""
    """Why it misses its aim, in a sentence; shown only where it does."""
    growth: Growth | None = None

    @classmethod
    def of(
        cls,
        what: str,
        ours: Sequence[float],
        unit: str,
        aim: float | None = None,
        yardstick: str = "",
        theirs: Sequence[float] = (),
        *,
        share: float = 0.5,
        aim_is_ratio: bool = False,
        more_is_better: bool = False,
        reason: str = "",
        growth: Growth | None = None,
    ) -> Self:
        """The figure that samples of ours make, and of the yardstick: for both the value that `share` do not exceed."""
        return cls(
            what, at(ours, share), unit, aim, yardstick, at(theirs, share) if theirs else None, aim_is_ratio,
            more_is_better, len(ours), _short(ours), _short(theirs), share, reason=reason, growth=growth,
        )  # fmt: skip

    @property
    def ratio(self) -> float | None:
        return self.value / self.yard if self.yard else None

    @property
    def met(self) -> bool | None:
        """Whether it reaches its aim; None where it has none."""
        compared = self.ratio if self.aim_is_ratio else self.value
        if self.aim is None or compared is None:
            return None
        return compared >= self.aim if self.more_is_better else compared <= self.aim


def at(values: Sequence[float], share: float) -> float:
    """The median for 0.5, else the value that `share` (0 to 1) of the values do not exceed."""
    return median(values) if share == 0.5 else quantile(values, share)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def _short(values: Sequence[float]) -> tuple[float, ...]:
    """Samples as they are kept: to five digits."""
    return tuple(float(f"{value:.5g}") for value in values)
