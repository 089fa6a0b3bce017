"""Values of JSON by their declared kinds, with what was refused."""

import math
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from swarm.store.validators import Wrong, quote

MAX_TEXT = 20_000
MAX_COUNT = 2**53
MAX_SECONDS = 1e12
MAX_ITEMS = 1000
Kind = Callable[[object], Any]
"""The value that stands for a JSON value; raises Wrong."""


class Refusal(NamedTuple):
    """A value in the ledger that was not taken. agent: whose, '' for the swarm's own. text: which, and why not."""

    agent: str
    text: str


def take(
    data: Mapping[str, object], kinds: Mapping[str, Kind], agent: str, refused: list[Refusal]
) -> tuple[dict[str, Any], dict[str, object]]:
    """The values of an object by its keys' kinds, and the keys that have none."""
    values: dict[str, Any] = {}
    extra: dict[str, object] = {}
    for key, value in data.items():
        kind = kinds.get(key)
        if kind is None:
            extra[key] = value
            continue
        try:
            values[key] = kind(value)
        except Wrong as error:
            refused.append(Refusal(agent, f"{key} {error}"))
    return values, extra


def text(value: object) -> str:
    """A text of bounded length."""
    if not isinstance(value, str):
        raise Wrong(f"is {quote(value)}; it is a text")
    return value[:MAX_TEXT]


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong(f"is {quote(value)}; it is true or false")
    return value


def count(value: object) -> int:
    """A whole number from 0."""
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        raise Wrong(f"is {quote(value)}; it is a whole number from 0")
    return value


def seconds(value: object) -> float:
    """A finite number of seconds."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise Wrong(f"is {quote(value)}; it is a number of seconds")
    if abs(value) > MAX_SECONDS:
        raise Wrong(f"is {quote(value)}, which is no time")
    return float(value)


def amount(value: object) -> float:
    """A finite number from 0: dollars."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < MAX_SECONDS:
        raise Wrong(f"is {quote(value)}; it is an amount from 0")
    return float(value)


def optional(kind: Kind) -> Kind:
    """Null, or what `kind` takes."""
    return lambda value: None if value is None else kind(value)


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise Wrong(f"is {quote(value)}; it is a list of at most {MAX_ITEMS} texts")
    return tuple(text(item) for item in value)


def plain(value: Any) -> Any:
    """Frozen values as what JSON has: objects without their defaults, lists, texts, numbers.

    `extra` is left to the caller. A set is sorted, so that equal states have equal bytes.
    """
    if type(value) in _ATOMS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Struct):
        whole: dict[str, object] = {}
        for name, default in _shape(value.__class__):
            inner = getattr(value, name)
            if inner != default and name != "extra":
                whole[name] = inner if type(inner) in _ATOMS else plain(inner)
        return whole
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(inner) for inner in value]


_ATOMS = frozenset({type(None), str, int, float, bool})
_NEVER = object()


@cache
def _shape(kind: type[Struct]) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, _default(field)) for field in fields(kind))


def _default(field: FieldInfo) -> object:
    if field.default is not NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not NODEFAULT else _NEVER
