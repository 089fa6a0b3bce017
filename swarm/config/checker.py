"""Checks what people write with pydantic: models of declared types, and the rules of swarm.toml between its fields.

An error names file, line and key. Imported only where a file was edited.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import FieldInfo, fields
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from swarm.config.notify_policy import Ping, Target
from swarm.config.policy import ROLE_SLOTS, Heartbeat, Policy, RoleSlots, SlotsPolicy
from swarm.config.toml_lines import line_of
from swarm.errors import PolicyError, SwarmError

HINT = "Nothing was changed; mend the line and try again."
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


def _in_order(heartbeat: Any) -> Any:
    if heartbeat.kill_after <= heartbeat.investigate_after:
        raise ValueError("kill_after must be more than investigate_after: a kill follows an investigation")
    return heartbeat


def _over_defaults(roles: object) -> object:
    """The roles that are written down over the defaults; one without `slots` keeps the default of them."""
    if not isinstance(roles, dict):
        return roles
    merged: dict[Any, Any] = {**ROLE_SLOTS, **roles}
    for role, each in roles.items():
        if isinstance(each, dict) and role in ROLE_SLOTS:
            merged[role] = {"slots": ROLE_SLOTS[role], **each}
    return merged


def _within_max(role: Any) -> Any:
    if role.max is not None and role.guaranteed > role.max:
        raise ValueError(f"guaranteed ({role.guaranteed}) must not be more than max ({role.max})")
    if role.max and role.slots is not None and role.slots > role.max:
        raise ValueError(f"a spawn of it commits {role.slots} slots, which is more than max ({role.max})")
    return role


def _with_room(slots: Any) -> Any:
    if slots.reserve >= slots.max:
        raise ValueError("reserve must be less than max")
    guaranteed = {name: role.guaranteed for name, role in slots.roles.items() if role.guaranteed}
    if guaranteed and (total := sum(guaranteed.values()) + slots.reserve) > slots.max:
        named = ", ".join(f"{name} {count}" for name, count in guaranteed.items())
        raise ValueError(f"guaranteed ({named}) and reserve ({slots.reserve}) make {total}, and max is {slots.max}")
    return slots


def _in_turn(policy: Any) -> Any:
    if any(every < 1 for every in policy.schedule.values()):
        raise ValueError("schedule: a role comes every 1st heartbeat at most")
    return policy


def _from_one_place(secret: Any) -> Any:
    if sum(map(bool, (secret.url, secret.env, secret.file))) != 1:
        raise ValueError("say where its address stands: in one of url, env and file")
    return secret


def _of_one_kind(ping: Any) -> Any:
    if sum(map(bool, (ping.url, ping.env, ping.file, ping.command))) > 1:
        raise ValueError("one of url, env, file and command is enough")
    if ping.url and not ping.url.startswith(("http://", "https://")):
        raise ValueError("url is no http:// or https:// address")
    return ping


RULES: Rules = {
    Target: {"from_one_place": model_validator(mode="after")(_from_one_place)},
    Ping: {"of_one_kind": model_validator(mode="after")(_of_one_kind)},
    Heartbeat: {"in_order": model_validator(mode="after")(_in_order)},
    RoleSlots: {"within_max": model_validator(mode="after")(_within_max)},
    SlotsPolicy: {
        "over_defaults": field_validator("roles", mode="before")(_over_defaults),
        "with_room": model_validator(mode="after")(_with_room),
    },
    Policy: {"in_turn": model_validator(mode="after")(_in_turn)},
}


@lru_cache(maxsize=1)
def _model() -> type[BaseModel]:
    return model_of(Policy, RULES)


def check_policy(text: str, name: str) -> dict[str, Any]:
    """The settings that a text of TOML writes down; raises PolicyError that names file, line and key."""
    return check_toml(text, name, _model(), PolicyError)


def check_toml(text: str, name: str, model: type[BaseModel], wrong: type[SwarmError]) -> dict[str, Any]:
    """The values of a model that a text of TOML writes down; raises `wrong`, which names file, line and key."""
    try:
        return model.model_validate(tomllib.loads(text)).model_dump(exclude_unset=True)
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"{name} is not TOML.", f"{error}.", HINT) from error
    except ValidationError as error:
        raise wrong(*_explain(error, text, name), HINT) from error


def _explain(error: ValidationError, text: str, name: str) -> tuple[str, str]:
    first: Any = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    line = line_of(location, text)
    where = f"{name}:{line}" if line else name
    what = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = "there is no such setting"
    # The operator may have written a value there, or an address.
    secret = location[:2] == ["spawn", "environment"] or location[:1] in (["notify"], ["ping"])
    says = "" if secret else f"It says {first['input']!r}."[:300]
    return f"{where}: {'.'.join(location) or 'the file'}: {what}.", says
