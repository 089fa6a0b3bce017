"""Checks the front matter of a role file; an error names file and line. Imported only where the file was edited."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import fields
from pydantic import BaseModel, ValidationError

from swarm.config.checker import model_of
from swarm.errors import Code, Refused
from swarm.protocol.role import Role

REQUIRED = tuple(field.name for field in fields(Role) if field.required)


@lru_cache(maxsize=1)
def _model() -> type[BaseModel]:
    return model_of(Role, {}, strict=True)


def check_role(text: str, path: Path) -> dict[str, Any]:
    """The settings that a role file writes down; raises Refused `role` that names file and line."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise _wrong(
            path, 1, "a role file starts with front matter", "The first line is ---, then YAML, then --- again."
        )
    try:
        end = next(number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    except StopIteration:
        raise _wrong(path, 1, "the front matter has no end", "Close it with a line that is just ---.") from None
    front = "\n".join(lines[1:end])
    if not "\n".join(lines[end + 1 :]).strip():
        raise _wrong(path, end + 1, "there is nothing below the front matter", "Say there how the role works.")
    try:
        written = _model().model_validate(_mapping(front, path)).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        key = str(first["loc"][0]) if first["loc"] else ""
        what = str(first["msg"]).removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            what = "there is no such key"
        elif first["type"] == "missing":
            hint = "Every role says its " + ", ".join(REQUIRED) + "."
            raise _wrong(path, end + 1, f"{where} is missing", hint) from error
        raise _wrong(path, _line_of(text, key), f"{where}: {what}") from error
    if written["name"] != path.stem:
        hint = f"A role is called as its file is: {path.stem!r}."
        raise _wrong(path, _line_of(text, "name"), f"name says {written['name']!r}", hint)
    return written


def _mapping(front: str, path: Path) -> dict[str, Any]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(front, Loader=yaml.SafeLoader)):
            raise _wrong(path, 1, "aliases (*name) are not used in role files", "Write the value out.")
        node = yaml.compose(front, Loader=yaml.SafeLoader)
        data = yaml.safe_load(front)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _wrong(path, line, "the front matter is not YAML", str(error.problem or "")) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _wrong(path, 1, "the front matter is not YAML", str(error)[:200]) from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise _wrong(path, 2, "the front matter is not a list of keys", "Write it as key: value.")
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise _wrong(path, key.start_mark.line + 2, f"{key.value} is written twice", "Keep one of them.")
        seen.add(key.value)
    return {str(key): tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(rf"[\"']?{re.escape(key)}[\"']?\s*:", line):
            return number
    return 1


def _wrong(path: Path, line: int, what: str, hint: str = "") -> Refused:
    return Refused(Code.ROLE, f"{path}:{line}: {what}.", hint=hint)
