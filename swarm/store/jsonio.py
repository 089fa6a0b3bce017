"""Parses JSON from files that other processes may have changed: gives an object, or the reason why there is none."""

import json
import os
from contextlib import suppress
from sys import intern
from typing import Any

from swarm.errors import Code, SwarmError

DEPTH = 64
MAX_WORD = 200


class Invalid(SwarmError):
    """A file that can be read but does not hold what it should; `why` is the reason in a few words."""

    code = Code.INVALID

    def __init__(self, path: str | os.PathLike[str], why: str) -> None:
        super().__init__(f"{os.fspath(path)!r} is not valid.", f"{why[:1].upper()}{why[1:]}.")
        self.path = path
        self.why = why


def parse_json(data: bytes, path: str | os.PathLike[str] = "") -> dict[str, Any]:
    """The object that `data` holds: UTF-8, no NaN or infinity, at most 64 levels. Raises Invalid and nothing else."""
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise Invalid(path, f"it is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise Invalid(path, "it is nested too deep") from error
    except json.JSONDecodeError as error:
        why = "it is empty" if not data.strip() else f"{error.msg} in line {error.lineno}, column {error.colno}"
        raise Invalid(path, why) from error
    except ValueError as error:  # NaN, or a number of more than 4,300 digits
        raise Invalid(path, str(error).split(";", maxsplit=1)[0]) from error
    if not isinstance(value, dict):
        raise Invalid(path, f"it holds {_word_for(value)}, not an object")
    if data.count(b"[") + data.count(b"{") > DEPTH and deeper_than(value, DEPTH):
        raise Invalid(path, "it is nested too deep")
    return value


def shared(value: Any) -> Any:
    """The same value, with one object for all equal words in it: ids, roles and names stand in thousands of files."""
    if type(value) is str:
        return intern(value) if len(value) <= MAX_WORD and " " not in value else value
    if type(value) is list:
        return [shared(inner) for inner in value]
    if type(value) is dict:
        return {key: shared(inner) for key, inner in value.items()}
    return value


def parse_written(data: bytes, path: str | os.PathLike[str] = "") -> dict[str, Any]:
    """The same for a file that an agent or a person wrote: whatever their editor made of UTF-8 (store/text.py)."""
    from swarm.store.text import decode_whole  # the engine's own files are UTF-8

    try:
        return parse_json(data, path)
    except Invalid:
        with suppress(ValueError, Invalid):
            return parse_json(decode_whole(data).encode(), path)
        raise  # it says where it is not UTF-8


def to_json(value: object) -> bytes:
    """One line of compact JSON with a final newline; raises ValueError on NaN."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def for_people(value: object) -> bytes:
    """Indented JSON with a final newline, for files that people read too; raises ValueError on NaN."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is too large for a number")
    return number


def deeper_than(value: object, limit: int) -> bool:
    """Returns whether a JSON value has more levels than `depth`."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _word_for(value: object) -> str:
    if value is None:
        return "null"
    return {list: "an array", str: "a text", bool: "true or false"}.get(type(value), "a number")
