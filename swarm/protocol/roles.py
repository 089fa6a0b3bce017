"""Role files and templates of a home: loaded, validated, listed. A role that cannot be read cannot be spawned."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swarm.errors import Refused, SwarmError
from swarm.protocol.names import check_name
from swarm.protocol.paths import Layout
from swarm.store import reader

MAX_ROLE_BYTES = 256 * 1024
REQUIRED = (
    *("rules", "place", "task", "acceptance", "inputs", "outputs", "owns"),
    *("learned", "reporting", "inbox", "untrusted", "done_when"),
)
"""What every template leaves room for: the words that make a brief a contract (failures 5, 6, 7 and 9)."""
OPTIONAL = ("name", "id", "role", "summary", "parent", "home", "directory", "slots", "model")
PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")


class Role(BaseModel):
    """The front matter of roles/<name>.md. An unknown key is an error, so that no typo stays silent."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    summary: str = Field(min_length=1, max_length=300)
    scope: Literal["orchestrate", "work", "scout", "observe"] = "work"
    """`observe`: it owns nothing but its own directory (field report, failure 10)."""
    slots: int = Field(1, ge=0, le=1000)
    """What it takes where neither the spawn nor [slots.roles] says; 0 only for the root."""
    spawns: bool = False
    """It may have agents below it."""
    reserve: bool = False
    """It is what the reserve is kept for."""
    every: int | None = Field(None, ge=1)
    """A hint for [schedule]: every how many heartbeats it comes by itself."""
    inputs: tuple[str, ...] = Field(min_length=1)
    outputs: tuple[str, ...] = Field(min_length=1)
    owns: tuple[str, ...] = Field(min_length=1)
    done_when: tuple[str, ...] = Field(min_length=1)
    must_not: tuple[str, ...] = Field(min_length=1)


class Template(Struct, frozen=True):
    """swarm/templates/<role>.md, checked: every placeholder is known, none that matters is missing."""

    name: str
    text: str


def load_role(layout: Layout, name: str) -> Role:
    """The role of this name; raises Refused `role` where its file is missing, unreadable or wrong."""
    try:
        check_name(name)
    except Refused as error:
        raise Refused("role", f"{name[:80]!r} is not the name of a role.", error.detail, _known(layout)) from error
    path = layout.role(name)
    text = _text(path, "role", f"There is no role {name!r}.", _known(layout))
    role = parse_role(text, str(path))
    if role.name != name:
        line = _line_of(text, "name")
        raise _wrong(path, line, f"name says {role.name!r}", f"A role is called as its file is: {name!r}.")
    return role


def load_roles(layout: Layout) -> dict[str, Role | SwarmError]:
    """Every role of the home by name, or why it cannot be spawned: its own file, its template, or the shared rules."""
    found: dict[str, Role | SwarmError] = {}
    for name in _stems(layout.roles):
        try:
            role = load_role(layout, name)
            load_template(layout, name)
            check_shared_rules(layout)
            found[name] = role
        except SwarmError as error:
            found[name] = error
    return found


def load_template(layout: Layout, role: str) -> Template:
    """The template that a role is spawned with; raises Refused `brief` where it cannot be used."""
    path = layout.template(role)
    text = _text(
        path, "brief", f"The role {role!r} has no template.", f"Write one at {path}, or run swarm-tui init again."
    )
    names = [match[1] for match in PLACEHOLDER.finditer(text)]
    unknown = [name for name in names if name not in REQUIRED and name not in OPTIONAL]
    if unknown:
        line = _line_with(text, "{" + unknown[0] + "}")
        raise Refused(
            "brief",
            f"{path}:{line}: {{{unknown[0]}}} is not a placeholder.",
            "Known are: " + ", ".join(sorted((*REQUIRED, *OPTIONAL))) + ".",
        )
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise Refused(
            "brief",
            f"{path} has no place for " + ", ".join(f"{{{name}}}" for name in missing) + ".",
            "A brief without it is not a contract: the agent would not know its rules, its place or its end.",
            "Put the placeholder where it is to stand.",
        )
    return Template(role, text)


def templates(layout: Layout) -> dict[str, Template | SwarmError]:
    """Every template of the home by role, or what is wrong with it."""
    found: dict[str, Template | SwarmError] = {}
    for name in _stems(layout.templates):
        try:
            found[name] = load_template(layout, name)
        except SwarmError as error:
            found[name] = error
    return found


def check_shared_rules(layout: Layout) -> None:
    """Raises Refused `role` where roles/_shared-rules.md cannot be read: every brief starts with it."""
    path = layout.shared_rules
    text = _text(
        path, "role", f"{path} is missing.", "Every agent reads it first; run swarm-tui init again to get it back."
    )
    if not text.strip():
        raise Refused(
            "role", f"{path} is empty.", "Every agent reads it first.", "Remove it and run swarm-tui init again."
        )


def parse_role(text: str, name: str) -> Role:
    """The role of a text that starts with YAML front matter; raises Refused `role` that names file and line."""
    path = Path(name)
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
        return Role.model_validate(_mapping(front, path))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        key = str(first["loc"][0]) if first["loc"] else ""
        what = str(first["msg"]).removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            what = "there is no such key"
        elif first["type"] == "missing":
            raise _wrong(path, end + 1, f"{where} is missing", "Every role says its " + _listed(Role) + ".") from error
        raise _wrong(path, _line_of(text, key), f"{where}: {what}") from error


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


def _text(path: Path, code: str, missing: str, hint: str) -> str:
    try:
        read = reader.read_head(path, MAX_ROLE_BYTES)
    except SwarmError as error:
        raise Refused(
            code, f"{path} cannot be read.", str(error), "It must be a plain file that you may read."
        ) from error
    if read is None:
        raise Refused(code, missing, f"Looked for {path}.", hint)
    if read.truncated:
        raise Refused(code, f"{path} is larger than {MAX_ROLE_BYTES} bytes.", hint="Nobody reads that much of a role.")
    return read.data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")


def _stems(directory: Path) -> list[str]:
    return sorted(
        name.removesuffix(".md") for name in _entries(directory) if name.endswith(".md") and name[0] not in "_."
    )


def _entries(directory: Path) -> Iterator[str]:
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                yield os.fsencode(entry.name).decode("utf-8", "replace")
    except OSError:
        return  # a home without the directory has no roles; spawning one says so


def _known(layout: Layout) -> str:
    names = [name for name in _stems(layout.roles) if len(name) <= 64][:20]
    return "There are: " + ", ".join(names) + "." if names else "Run swarm-tui init again to get the roles back."


def _wrong(path: Path, line: int, what: str, hint: str = "") -> Refused:
    return Refused("role", f"{path}:{line}: {what}.", hint=hint)


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(rf"[\"']?{re.escape(key)}[\"']?\s*:", line):
            return number
    return 1


def _line_with(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def _listed(model: type[BaseModel]) -> str:
    return ", ".join(name for name, field in model.model_fields.items() if field.is_required())
