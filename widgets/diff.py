"""Where two long sequences differ: found without a line of Python for what is the same, for ten thousand is usual."""

from collections.abc import Sequence
from itertools import compress, count
from operator import is_not


def changed_places(old: Sequence[object], new: Sequence[object]) -> list[int]:
    """The places that hold another object now. Both are equally long; what is beyond the shorter one is not seen."""
    return list(compress(count(), map(is_not, old, new)))
