"""Takes fields from a JSON object that an agent wrote; raises Wrong where a value is not of its kind."""

import json
import math
from collections.abc import Mapping
from typing import Any

from swarm.formatting import beginning, parse_stamp
from swarm.sanitize import clean, clean_block

MAX_ITEMS = 1000
MAX_TEXT = 20_000


class Wrong(ValueError):
    """A value is not of the kind that its key needs."""


def seconds(value: object) -> float:
    """Wall seconds since 1970 of a number or of a time with date, as our files write it; 0 where it is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e12 and math.isfinite(value) else 0.0
    if isinstance(value, str):
        return parse_stamp(value) or 0.0
    return 0.0


def text(data: Mapping[str, Any], key: str) -> str:
    """A text, whole; '' where the key is absent or null. Raises Wrong, as all of these do."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Wrong(f"{key} is {quote(value)}; it is a text")
    return value


def items(data: Mapping[str, Any], key: str) -> list[Any]:
    """A list, whole; empty where the key is absent or null."""
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"{key} is {quote(value)}; it is a list")
    return value


def texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts."""
    found = items(data, key)
    if not all(isinstance(item, str) for item in found):
        raise Wrong(f"{key} holds something that is not a text")
    return tuple(found)


def quote(value: object) -> str:
    """A value in short, for the message that says that it is wrong."""
    kinds = {dict: "an object", list: "a list", type(None): "null"}
    return kinds.get(type(value)) or json.dumps(value, default=str)[:80]


def cleaned(value: Any, depth: int = 12) -> Any:
    """Returns an agent's JSON for a screen: every text sanitized, what is too long cut, and said to be."""
    if isinstance(value, str):
        return clean_block(beginning(value, MAX_TEXT), limit=MAX_TEXT)
    if depth <= 0:
        return "… more inside"
    if isinstance(value, Mapping):
        shown = {clean(str(key), 200): cleaned(item, depth - 1) for key, item in list(value.items())[:MAX_ITEMS]}
        return {**shown, "…": f"{len(value) - MAX_ITEMS} more"} if len(value) > MAX_ITEMS else shown
    if isinstance(value, list):
        items = [cleaned(item, depth - 1) for item in value[:MAX_ITEMS]]
        return [*items, f"… {len(value) - MAX_ITEMS} more"] if len(value) > MAX_ITEMS else items
    if isinstance(value, int) and abs(value) >= 10**100:
        return "a number of more than 100 digits"
    return value
