"""Whether a model that answers is the one that was ordered: the names of one model differ from place to place."""

import re
from functools import lru_cache

_SUFFIX = re.compile(r"\[[^\]]*\]\Z|(?:[-@]\d{8}|-v\d+(?::\d+)?|@default|:\d+)+\Z")
_PREFIX = re.compile(r"(?:[a-z]{2,6}\.)?(?:anthropic\.)")
FAMILIES = frozenset({"opus", "sonnet", "haiku"})
SYNTHETIC = "<synthetic>"
"""What stands in place of a model where the program itself speaks."""


def same(ordered: str, answers: str) -> bool:
    """Whether `answers` is what `ordered` means; true where it cannot be told (an alias that is no family's name)."""
    wanted, found = plain(ordered), plain(answers)
    if not wanted or not found or wanted == found:
        return True
    if any(character.isdigit() for character in wanted):
        return False
    return wanted not in FAMILIES or wanted in found.split("-")


def alike(one: str, other: str) -> bool:
    """Whether two orders mean the same model: `sonnet` means any of that family, `best` may mean any model."""
    first, second = plain(one), plain(other)
    if first == second or not (_tells(first) and _tells(second)):
        return True
    return (first in FAMILIES and first in second.split("-")) or (second in FAMILIES and second in first.split("-"))


def _tells(name: str) -> bool:
    """Whether a name says which model it is: an alias that is no family's name does not."""
    return name in FAMILIES or "-" in name or any(character.isdigit() for character in name)


@lru_cache(maxsize=64)
def plain(name: str) -> str:
    """A name without what providers and variants put around it: region, vendor, date, version, context size."""
    name = name.strip().lower().rpartition("/")[2]
    while True:
        shorter = _PREFIX.sub("", _SUFFIX.sub("", name), count=1)
        if shorter == name:
            return name
        name = shorter
