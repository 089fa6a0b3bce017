"""Whether updates come like clockwork: people and models are never that regular, scripts that loop are."""

from collections.abc import Sequence
from itertools import pairwise

from swarm.model.reports import ProgressLine

LEAST = 6
"""Intervals that are needed."""
JITTER_S = 1.5
JITTER_SHARE = 0.01


def clockwork(lines: Sequence[ProgressLine]) -> float | None:
    """Seconds between the newest updates, where all are the same; None where not, or where stamps lack seconds."""
    newest = lines[-LEAST - 1 :]
    stamps = [line.stamp for line in newest if line.stamp is not None and line.stamp_text.count(":") > 1]
    if len(stamps) <= LEAST:
        return None
    gaps = [after - before for before, after in pairwise(stamps)]
    usual = sum(gaps) / len(gaps)
    regular = usual > 0 and max(gaps) - min(gaps) <= max(JITTER_S, JITTER_SHARE * usual)
    return usual if regular else None
