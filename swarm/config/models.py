"""Makes pydantic models of declared types, so that what people write is checked by those declarations."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import FieldInfo, fields
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

Rules = Mapping[type[Struct], Mapping[str, Any]]
"""Further validators of a value's model by name, as `create_model` takes them: rules between several fields."""
_BOUNDS = ("gt", "ge", "lt", "le", "min_length", "max_length")


def model_of(value: type[Struct], rules: Rules, *, strict: bool = False) -> type[BaseModel]:
    """The model of a declared value and of all values in it.

    A field's bounds are its `msgspec.Meta`; a function beside its type reads the written form. A key that is not known
    is an error, so that no typo stays silent. strict: a text that looks like a number is no number.
    """

    def typed(hint: Any) -> Any:
        if isinstance(hint, type) and issubclass(hint, Struct):
            return model_of(hint, rules, strict=strict)
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            # Bounds before the parser: pydantic wraps from the inside out, so bounds check what was parsed.
            return Annotated[(typed(inner[0]), *map(_note, reversed(inner[1:])))]
        if origin is None or origin is Literal:
            return hint
        return (Union if origin is UnionType else origin)[tuple(map(typed, inner))]

    definitions: dict[str, Any] = {each.name: (typed(each.type), _default(each)) for each in fields(value)}
    return create_model(
        value.__name__,
        __config__=ConfigDict(extra="forbid", strict=strict),
        __validators__=dict(rules.get(value, {})),
        **definitions,
    )


def _note(note: Any) -> Any:
    if not isinstance(note, Meta):
        return BeforeValidator(note)
    return Field(**{bound: limit for bound in _BOUNDS if (limit := getattr(note, bound)) is not None})


def _default(field: FieldInfo) -> Any:
    if field.default_factory is not NODEFAULT:
        return Field(default_factory=field.default_factory)
    return ... if field.default is NODEFAULT else field.default
