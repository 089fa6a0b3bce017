"""Checks swarm.toml with pydantic; an error names file, line and key. Imported only where the file was edited."""

import re
import tomllib
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError, field_validator, model_validator

from swarm.config.models import Rules, model_of
from swarm.config.policy import ROLE_SLOTS, Heartbeat, Policy, SlotsPolicy
from swarm.errors import PolicyError

HINT = "Nothing was changed; mend the line and try again."


def _in_order(heartbeat: Any) -> Any:
    if heartbeat.kill_after <= heartbeat.investigate_after:
        raise ValueError("kill_after must be more than investigate_after: a kill follows an investigation")
    return heartbeat


def _over_defaults(roles: dict[str, int]) -> dict[str, int]:
    return {**ROLE_SLOTS, **roles}


def _with_room(slots: Any) -> Any:
    if slots.reserve >= slots.max:
        raise ValueError("reserve must be less than max")
    if any(each < 1 for each in slots.roles.values()):
        raise ValueError("a role takes at least one slot")
    return slots


def _in_turn(policy: Any) -> Any:
    if any(every < 1 for every in policy.schedule.values()):
        raise ValueError("schedule: a role comes every 1st heartbeat at most")
    return policy


RULES: Rules = {
    Heartbeat: {"in_order": model_validator(mode="after")(_in_order)},
    SlotsPolicy: {
        "over_defaults": field_validator("roles")(_over_defaults),
        "with_room": model_validator(mode="after")(_with_room),
    },
    Policy: {"in_turn": model_validator(mode="after")(_in_turn)},
}


@lru_cache(maxsize=1)
def _model() -> type[BaseModel]:
    return model_of(Policy, RULES)


def check_policy(text: str, name: str) -> dict[str, Any]:
    """The settings that a text of TOML writes down; raises PolicyError that names file, line and key."""
    try:
        return _model().model_validate(tomllib.loads(text)).model_dump(exclude_unset=True)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name} is not TOML.", str(error), HINT) from error
    except ValidationError as error:
        raise PolicyError(*_explain(error, text, name), HINT) from error


def _explain(error: ValidationError, text: str, name: str) -> tuple[str, str]:
    first: Any = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    line = _line_of(location, text)
    where = f"{name}:{line}" if line else name
    what = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = "there is no such setting"
    return f"{where}: {'.'.join(location) or 'the file'}: {what}.", f"It says {first['input']!r}."[:300]


def _line_of(location: list[str], text: str) -> int | None:
    """The line of a key, found by walking tables as TOML writes them; None where it is inline or implied."""
    table: list[str] = []
    fallback = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            if table == location[: len(table)] and len(table) >= len(location) - 1:
                fallback = fallback or number
            continue
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if key:
            full = table + [part.strip("\"'") for part in key[1].split(".")]
            if full == location or (full == location[: len(full)] and len(full) == len(location) - 1 and full != table):
                return number
    return fallback
