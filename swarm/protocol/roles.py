"""Role files and templates of a home: loaded, validated, listed. A role that cannot be read cannot be spawned."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from swarm.config.checked import CheckedFiles
from swarm.errors import Code, Refused, SwarmError
from swarm.protocol.names import check_name
from swarm.protocol.paths import Layout
from swarm.protocol.role import Role
from swarm.store import reader
from swarm.store.text import decode

MAX_ROLE_BYTES = 256 * 1024
REQUIRED = (
    *("rules", "place", "task", "acceptance", "inputs", "outputs", "owns"),
    *("learned", "reporting", "inbox", "untrusted", "done_when"),
)
"""The placeholders that every template needs, because they make a brief a contract (failures 5, 6, 7 and 9)."""
OPTIONAL = ("name", "id", "role", "summary", "parent", "home", "directory", "slots", "model", "manual")
PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")


class Template(NamedTuple):
    """swarm/templates/<role>.md, checked: every placeholder is known, none that matters is missing."""

    name: str
    text: str


def load_role(layout: Layout, name: str, checked: CheckedFiles | None = None) -> Role:
    """The role of this name; raises Refused `role` where its file is missing, unreadable or wrong.

    checked: what was checked of this home's files before; None checks anew.
    """
    try:
        check_name(name)
    except Refused as error:
        raise Refused(Code.ROLE, f"{name[:80]!r} is not the name of a role.", error.detail, _known(layout)) from error
    path = layout.role(name)
    text = _text(path, Code.ROLE, f"There is no role {name!r}.", _known(layout))

    def check() -> dict[str, Any]:
        from swarm.protocol.role_checker import check_role  # pydantic and YAML: 200 ms of processor

        return check_role(text, path)

    return (checked or CheckedFiles()).value(f"roles/{path.name}", text, Role, check)


def load_roles(layout: Layout, checked: CheckedFiles | None = None) -> dict[str, Role | SwarmError]:
    """Every role of the home by name, or why it cannot be spawned: its own file, its template, or the shared rules."""
    found: dict[str, Role | SwarmError] = {}
    for name in _stems(layout.roles):
        try:
            role = load_role(layout, name, checked)
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
        path, Code.BRIEF, f"The role {role!r} has no template.", f"Write one at {path}, or run swarm-tui init again."
    )
    names = [match[1] for match in PLACEHOLDER.finditer(text)]
    unknown = [name for name in names if name not in REQUIRED and name not in OPTIONAL]
    if unknown:
        line = _line_with(text, "{" + unknown[0] + "}")
        raise Refused(
            Code.BRIEF,
            f"{path}:{line}: {{{unknown[0]}}} is not a placeholder.",
            "Known are: " + ", ".join(sorted((*REQUIRED, *OPTIONAL))) + ".",
        )
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise Refused(
            Code.BRIEF,
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
        path, Code.ROLE, f"{path} is missing.", "Every agent reads it first; run swarm-tui init again to get it back."
    )
    if not text.strip():
        raise Refused(
            Code.ROLE, f"{path} is empty.", "Every agent reads it first.", "Remove it and run swarm-tui init again."
        )


def _text(path: Path, code: Code, missing: str, hint: str) -> str:
    try:
        read = reader.read_head(path, MAX_ROLE_BYTES)
    except SwarmError as error:
        raise Refused(
            code, f"{path} cannot be read.", str(error), "It must be a plain file that you may read."
        ) from error
    if read is None:
        raise Refused(code, missing, f"Looked for {path}.", hint)
    if read.truncated:
        raise Refused(code, f"{path} is larger than {MAX_ROLE_BYTES} bytes.", hint="A role is read as a whole.")
    return decode(read.data)


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


def _line_with(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1
