"""Decodes JSON by declared types: takes right values, names wrong ones, keeps keys that it does not know."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct, ValidationError, convert
from msgspec.inspect import StrType, type_info
from msgspec.structs import fields

from swarm.store.jsonio import DEPTH, deeper_than
from swarm.store.validators import Wrong, quote

T = TypeVar("T", bound=Struct)


class RefusedValue(NamedTuple):
    """A value that was not taken over. agent: whose it is, '' for the swarm's own. text: which value, and why."""

    agent: str
    text: str


def read(
    kind: type[T],
    data: Mapping[str, object],
    agent: str,
    refused: list[RefusedValue],
    instead: Mapping[str, object] = {},
) -> T | None:
    """Decodes an object; the default stands in for a wrong field, which is added to `refused`.

    instead: what stands in for fields without a default. Keys that are not known go to the field `extra`, where `kind`
    has one. Returns None where a field that is needed is missing or wrong.
    """
    try:
        if _EXTRA not in kind.__struct_fields__ or data.keys() <= _types(kind).keys():
            return convert(data, kind)  # nearly every object is as it should be
    except ValidationError:
        pass
    values, extra = take(kind, data, agent, refused)
    if extra and _EXTRA in kind.__struct_fields__:
        values[_EXTRA] = extra
    values = {**instead, **values}
    missing = [name for name in _needed(kind) if name not in data]
    refused += [RefusedValue(agent, f"{name} is missing") for name in missing]
    return kind(**values) if _needed(kind) <= values.keys() else None


def take(
    kind: type[Struct], data: Mapping[str, object], agent: str, refused: list[RefusedValue]
) -> tuple[dict[str, Any], dict[str, object]]:
    """Returns the fields of an object that fit what `kind` declares, and the keys that `kind` does not have."""
    types = _types(kind)
    values: dict[str, Any] = {}
    extra: dict[str, object] = {}
    for name, value in data.items():
        if name not in types:
            if deeper_than(value, DEPTH):
                refused.append(RefusedValue(agent, f"{name[:80]} is nested too deep"))
            else:
                extra[name] = value
            continue
        try:
            values[name] = _field(name, value, types[name])
        except Wrong as error:
            refused.append(RefusedValue(agent, str(error)))
    return values, extra


def one(kind: type[T], data: Mapping[str, object]) -> T:
    """Decodes an object without a wrong field; raises Wrong, which names the first wrong one."""
    refused: list[RefusedValue] = []
    value = read(kind, data, "", refused)
    if value is None or refused:
        raise Wrong(refused[0].text)
    return value


def _field(name: str, value: object, kind: Any) -> Any:
    try:
        return convert(value, kind)
    except ValidationError as error:
        info = type_info(kind)
        if isinstance(value, str) and isinstance(info, StrType) and info.max_length and len(value) > info.max_length:
            return value[: info.max_length]  # a long text is cut rather than refused: its beginning is worth reading
        why, _, path = str(error).replace("`", "").partition(" - at $")
        raise Wrong(f"{name}{path} is {quote(_inside(value, path))}: {why[:1].lower()}{why[1:]}") from error


def _inside(value: Any, path: str) -> Any:
    """Returns the value at a path as msgspec writes it (`.keeper.pid`, `[0][1]`), as far as there is one."""
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", path.partition("[...]")[0]):
        value = value[key] if key else value[int(index)]
    return value


_EXTRA = "extra"


@cache
def _types(kind: type[Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in fields(kind) if field.name != _EXTRA}


@cache
def _needed(kind: type[Struct]) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if field.required)
