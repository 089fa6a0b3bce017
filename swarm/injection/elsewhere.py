"""Orders to the reader that stand in no sentence of their own: in values of JSON, and in the names of files."""

import re
from collections.abc import Iterator
from itertools import islice

from swarm.injection.detect import suspicion

MAX_TEXTS = 2000
"""So many texts of one value are looked at."""
MIN_NAME = 16
_PARTS = re.compile(r"[\W_]+")
MIN_PARTS = 3


def suspicion_in(value: object) -> str:
    """Why a text of a JSON value, a key too, looks like an order to its reader: of the first one; '' for none."""
    # A text that stands there often, as in the rows of a table, is examined once.
    return next(filter(None, map(suspicion, dict.fromkeys(islice(_texts(value), MAX_TEXTS)))), "")


def _texts(value: object) -> Iterator[str]:
    """All texts of a value, at every depth, as they were written."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting.extend(reversed([part for pair in each.items() for part in pair]))
        elif isinstance(each, list):
            waiting.extend(reversed(each))


def is_telling(name: str) -> bool:
    """Whether the name of a file is long enough to say something to who lists it. Costs little."""
    return len(name) >= MIN_NAME and len(_PARTS.findall(name)) >= MIN_PARTS - 1


def suspicion_of_name(name: str) -> str:
    """Why the name of a file looks like an order to who lists it; '' where it does not."""
    return suspicion(_PARTS.sub(" ", name) if name.isascii() else name.replace("_", " ")) or ""
