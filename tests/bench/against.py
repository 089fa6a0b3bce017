"""A run held against an earlier one: per row before -> now, and what is better or worse beyond the noise of both.

The noise of a value is where it could lie by chance: between the samples of which, of 100 such runs, 95 hold the true
one (ranks by the binomial distribution), and never less than 3 % to either side, 10 % where there are fewer than
five samples. Where the aim is a ratio, ratios to the yardstick are compared, each with the noise of both sides, so
that runs on a busy machine or on another one can be. A row is better or worse where the two ranges do not touch.
"""

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from tests.bench.figures import Figure
from tests.bench.runs import BadRuns, Run
from tests.bench.tables import columns, number

LEAST, LEAST_OF_FEW, FEW = 0.03, 0.10, 5
WIDTH = 1.96
"""Standard deviations to each side that hold 95 of 100."""
TINY = 1e-9


class Verdict(StrEnum):
    """What became of a row."""

    SAME = "as before"
    BETTER = "better"
    WORSE = "WORSE"
    NEW = "new"


class Compared(NamedTuple):
    """One row of both runs. before, now: values, or ratios to the yardstick; before is None where nothing was."""

    what: str
    unit: str
    before: float | None
    now: float
    verdict: Verdict

    @property
    def ratio(self) -> float | None:
        """How many times the earlier value it is now."""
        return self.now / self.before if self.before else None


class Range(NamedTuple):
    """Where a value could lie by chance."""

    least: float
    most: float


def earlier(runs: Sequence[Run], commit: str | None) -> dict[str, Figure]:
    """Per row the newest figure; of one commit (or the beginning of its name, `+` for a changed tree) where asked.

    Raises BadRuns where nothing was measured at that commit, or at several whose names begin so.
    """
    chosen = [run for run in runs if commit is None or _is(run.commit, commit)]
    names = sorted({run.commit for run in chosen}) if commit is not None else []
    if len(names) > 1:
        raise BadRuns(f"several commits begin with {commit!r}: {', '.join(names)}; name one")
    if not chosen:
        known = ", ".join(dict.fromkeys(run.name for run in runs)) or "none"
        raise BadRuns(f"no run of commit {commit!r} in it; it has {known}" if commit else "there is no run in it")
    return {figure.what: figure for run in chosen for figure in run.figures}


def compare(before: dict[str, Figure], now: Iterable[Figure]) -> list[Compared]:
    """Each row of now beside the same row of before."""
    return [_compared(before.get(figure.what), figure) for figure in now]


def worse(compared: Iterable[Compared]) -> bool:
    """Whether anything is."""
    return any(row.verdict is Verdict.WORSE for row in compared)


def against_table(compared: Iterable[Compared]) -> str:
    """The rows, a line each."""
    rows: list[Sequence[str]] = [("what", "before", "now", "ratio", "")]
    for row in compared:
        ratio = f"{row.ratio:.2f}x" if row.ratio is not None else ""
        before = f"{number(row.before)} {row.unit}" if row.before is not None else ""
        rows.append((row.what, before, f"{number(row.now)} {row.unit}", ratio, row.verdict.value))
    return "\n".join(columns(rows, left=(0, 4)))


def _is(name: str, asked: str) -> bool:
    changed = asked.endswith("+")
    return name.startswith(asked.removesuffix("+")) and (not asked or name.endswith("+") == changed)


def _compared(before: Figure | None, now: Figure) -> Compared:
    ratios = now.aim_is_ratio and now.ratio is not None
    unit = "x" if ratios else now.unit
    if before is None or before.unit != now.unit or (ratios and before.ratio is None):
        return Compared(now.what, unit, None, _value(now, ratios=ratios), Verdict.NEW)
    was, came = _value(before, ratios=ratios), _value(now, ratios=ratios)
    first, second = _noise(before, ratios=ratios), _noise(now, ratios=ratios)
    if first.least <= second.most and second.least <= first.most:
        verdict = Verdict.SAME
    else:
        verdict = Verdict.BETTER if (came > was) == now.more_is_better else Verdict.WORSE
    return Compared(now.what, unit, was, came, verdict)


def _value(figure: Figure, *, ratios: bool) -> float:
    return figure.ratio or 0.0 if ratios else figure.value


def _noise(figure: Figure, *, ratios: bool) -> Range:
    """Where the value, or its ratio to the yardstick, could lie by chance."""
    if figure.counted:
        return Range(figure.value, figure.value)
    ours = _range(figure.value, figure.ours, figure.share)
    if not ratios or figure.yard is None:
        return ours
    theirs = _range(figure.yard, figure.theirs, figure.share)
    return Range(ours.least / theirs.most, ours.most / max(theirs.least, TINY))


def _range(value: float, samples: Sequence[float], share: float) -> Range:
    """Between which samples the true quantile lies."""
    least = abs(value) * (LEAST if len(samples) >= FEW else LEAST_OF_FEW)
    if not samples:
        return Range(value - least, value + least)
    ordered, count = sorted(samples), len(samples)
    spread = WIDTH * math.sqrt(count * share * (1 - share))
    low = max(0, math.floor(count * share - spread) - 1)
    high = min(count - 1, math.ceil(count * share + spread) - 1)
    return Range(min(ordered[low], value - least), max(ordered[high], value + least))
