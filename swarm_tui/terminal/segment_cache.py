"""Keeps a cache of the drawing library small, which a room that is open for weeks fills with what is shown once."""

from functools import lru_cache
from typing import Any

from rich.segment import Segment

ENTRIES = 512
"""A screen full of segments, several times over."""
_SPLIT = "_split_cells"


def keep_small() -> None:
    """Bounds how many split segments rich remembers: 16,384 of its own accord, each with three texts.

    Every sentence of an agent is a new entry, so they would add up for days. A release of rich that does this in
    another way is left as it is.
    """
    cached: Any = getattr(Segment.__dict__.get(_SPLIT), "__func__", None)
    split = getattr(cached, "__wrapped__", None)
    if split is not None and cached.cache_info().maxsize != ENTRIES:
        fewer: Any = lru_cache(ENTRIES)(split)
        setattr(Segment, _SPLIT, classmethod(fewer))
