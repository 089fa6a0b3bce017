"""One line of a program's output as an object, and what stands in it, whatever that is: nothing here raises."""

import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from swarm.formatting import parse_stamp
from swarm.model.activity import Activity, Kind
from swarm.sanitize import clean, clean_block, for_terminal

MAX_WHOLE = 2**53
MAX_LINES = 200
"""Lines that are kept of a text; a program's own session file has the whole of it."""
MAX_OUTPUT_LINES = 20
MAX_CHARACTERS = 64_000
MAX_LIST = 300
"""Characters that are kept of a list of texts, such as the files that one call reads."""
_uncut: ContextVar[bool] = ContextVar("uncut", default=False)


@contextmanager
def uncut() -> Iterator[None]:
    """Within it readers keep texts letter by letter, in as many lines as they have: for what is handed on."""
    token = _uncut.set(True)
    try:
        yield
    finally:
        _uncut.reset(token)


def decode(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None where it is none."""
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


_TERMINAL = "in the operator's terminal"


def run(line: bytes) -> Activity | None:
    """The beginning of a run, where this line is the mark that a keeper writes (`Launch.mark`); else None."""
    if b'"swarm"' not in line[:40]:
        return None
    value = decode(line)
    if value is None or value.get("type") != "swarm" or value.get("subtype") != "run":
        return None
    talk = value.get("terminal")
    text = _TERMINAL if talk is not None else ""
    return Activity(
        Kind.RUN,
        text=f"{text}: what was said and used there is not known" if talk == "untold" else text,
        key=short(value, "spawn_id"),
        at=moment(value.get("at")),
        model=short(value, "model"),
        error=talk == "untold",
    )


def short(value: Mapping[str, Any], key: str, limit: int = 200) -> str:
    """A text of one line, cleaned; '' where there is none."""
    found = value.get(key)
    return clean(found, limit) if isinstance(found, str) else ""


def ident(value: Mapping[str, Any], key: str) -> str:
    """An id that the program gave: short and plain; '' where there is none."""
    return short(value, key, 128)


def block(text: object, limit_lines: int = MAX_LINES) -> str:
    """A text of several lines, cleaned and bounded; '' where it is none."""
    if not isinstance(text, str):
        return ""
    return (for_terminal(text) if _uncut.get() else clean_block(text[:MAX_CHARACTERS], limit_lines)).strip("\n")


def child(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object below a key; an empty one where there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def children(value: Mapping[str, Any], key: str, limit: int = 1000) -> list[Mapping[str, Any]]:
    """The objects in the list below a key."""
    found = value.get(key)
    return [each for each in found[:limit] if isinstance(each, dict)] if isinstance(found, list) else []


def whole(value: Mapping[str, Any], key: str) -> int:
    """A count; 0 where there is none, or where it cannot be one."""
    found = value.get(key)
    return found if type(found) is int and 0 <= found <= MAX_WHOLE else 0


def money(value: Mapping[str, Any], key: str) -> float | None:
    """A sum in dollars; None where there is none."""
    found: Any = value.get(key)
    return float(found) if type(found) in (int, float) and 0 <= found <= 1e9 else None


def moment(found: object, scale: float = 1.0) -> float | None:
    """Wall seconds of a number (in 1/scale seconds) or of a time with its offset; None where it is neither."""
    if type(found) in (int, float):
        return _seconds(found, scale)
    return parse_stamp(found) if isinstance(found, str) and len(found) <= 40 else None


def _seconds(found: Any, scale: float) -> float | None:
    try:
        value = float(found) / scale
    except OverflowError:
        return None
    return value if math.isfinite(value) and 0 < value < 1e11 else None


def output(found: object) -> tuple[str, int]:
    """What a tool gave back, as its first lines and how many there were. found: a text, or blocks that hold texts."""
    if isinstance(found, list):
        parts = [part.get("text") for part in (found if _uncut.get() else found[:100]) if isinstance(part, dict)]
        found = "\n".join(part for part in parts if isinstance(part, str))
    if not isinstance(found, str):
        return "", 0
    text = found.strip("\n")
    return (block(text, MAX_OUTPUT_LINES), text.count("\n") + 1) if text.strip() else ("", 0)


_WORDS = (
    *("command", "file_path", "filePath", "notebook_path", "path", "pattern", "query", "url", "description", "skill"),
    *("agent", "name", "prompt", "text"),
)
_SPACE = re.compile(r"\s+")


def call(arguments: object, limit: int = 300) -> str:
    """What a tool is called with, in one line: the argument that says most, else all of them in short."""
    if isinstance(arguments, str):
        return _flat(arguments, limit)
    if not isinstance(arguments, dict) or not arguments:
        return ""
    for word in _WORDS:
        found = arguments.get(word)
        if isinstance(found, list) and word == "command":
            found = " ".join(part for part in found[:50] if isinstance(part, str))
        if isinstance(found, str) and found.strip():
            return _flat(found, limit)
    parts = [f"{key}={_plain(item)}" for key, item in list(arguments.items())[:8]]
    return clean(" ".join(parts), limit)


def _flat(text: str, limit: int) -> str:
    return for_terminal(text) if _uncut.get() else clean(_SPACE.sub(" ", text[: limit * 4]), limit)


def digest(arguments: object) -> int:
    """A hash of what a tool is called with beside what `call` says of it, such as what is written into a file."""
    if not isinstance(arguments, dict) or len(arguments) < 2:
        return 0
    return zlib.crc32(repr(arguments).encode("utf-8", "replace"))


def _plain(item: object) -> str:
    if isinstance(item, str):
        return _SPACE.sub(" ", item[:200])
    if isinstance(item, list) and all(isinstance(each, str) for each in item):
        return _SPACE.sub(" ", " ".join(item[:20])[:MAX_LIST])
    if isinstance(item, int | float | bool) or item is None:
        return json.dumps(item)[:40]
    return "…"
