"""The kinds of values that the ledger's JSON may hold: the value where it is of its kind, `Wrong` where it is not."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from swarm.fields import Wrong, quote
from swarm.model import Identity

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


def identity(value: object) -> Identity:
    """A process that may be ours: pids that must never be signalled are refused here already."""
    if not isinstance(value, dict):
        raise Wrong(f"is {quote(value)}; it is an object")
    pid, ticks, namespace = value.get("pid"), value.get("ticks"), value.get("pid_ns")
    boot, marker = value.get("boot_id"), value.get("marker", "")
    if type(pid) is not int or not 1 < pid < 2**31:
        raise Wrong(f"names the pid {quote(pid)}, which is nobody's")
    if type(ticks) is not int or not 0 <= ticks < 2**63 or type(namespace) is not int or not 0 <= namespace < 2**63:
        raise Wrong(f"names the pid {pid} without its start time")
    if not isinstance(boot, str) or not boot or not isinstance(marker, str):
        raise Wrong(f"names the pid {pid} without its boot")
    return Identity(boot, namespace, pid, ticks, marker)
