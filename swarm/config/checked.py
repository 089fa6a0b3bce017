"""Reads swarm.toml, and keeps checked settings of what people write in swarm/checked.json: each edit is checked once.

`{schema, files: {name: {text, value}}}`: for swarm.toml and for each role file the text that was checked, and what
it says. An entry holds for exactly that text; what does not fit, or cannot be read, is made anew from the
file itself, which stays the truth. What is wrong is not kept: the entry of a file that is wrong now holds what it said
when it was last right.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from swarm.config.policy import Policy
from swarm.errors import PolicyError, SwarmError
from swarm.store import reader, syscalls, writer
from swarm.store.text import decode

SCHEMA = 1
"""Raised where a check comes to another result for a text that it has seen."""
MAX_POLICY_BYTES = 256 * 1024
MAX_BYTES = 4 << 20
MODE = 0o600
"""Settings may hold keys of model services, and swarm.toml may be closed to others."""

T = TypeVar("T", bound=msgspec.Struct)


class _Entry(msgspec.Struct, frozen=True):
    text: str
    value: msgspec.Raw


class _Kept(msgspec.Struct, frozen=True):
    schema: int = SCHEMA
    files: dict[str, _Entry] = {}


class CheckedFiles:
    """The settings of a home's files as they were checked; a context, which writes at its end what is new.

    path: where they are kept; None keeps nothing. writable: False reads only.
    """

    def __init__(self, path: Path | None = None, *, writable: bool = True) -> None:
        self._path = path
        self._writable = writable
        self._files = _read(path) if path is not None else {}
        self._new = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._new and self._path is not None and self._writable:
            _write(self._path, self._files)

    def value(self, name: str, text: str, kind: type[T], check: Callable[[], dict[str, Any]]) -> T:
        """Returns the settings of the file `name`, which holds `text`; calls `check` for a new text."""
        entry = self._files.get(name)
        if entry is not None and entry.text == text:
            with suppress(msgspec.MsgspecError):
                return msgspec.json.decode(entry.value, type=kind)
        written = check()
        value = msgspec.convert(written, kind)
        self._files[name] = _Entry(text, msgspec.Raw(msgspec.json.encode(written)))
        self._new = True
        return value

    def last(self, name: str, kind: type[T], check: Callable[[str], dict[str, Any]]) -> T | None:
        """Returns the last right settings of the file `name`, whatever it holds now; None where none are kept.

        check: checks a text anew, where what an earlier version kept of it does not fit.
        """
        entry = self._files.get(name)
        if entry is None:
            return None
        with suppress(msgspec.MsgspecError):
            return msgspec.json.decode(entry.value, type=kind)
        with suppress(SwarmError, msgspec.MsgspecError):
            return msgspec.convert(check(entry.text), kind)
        return None


def _read(path: Path) -> dict[str, _Entry]:
    try:
        found = reader.read_head(path, MAX_BYTES)
        if found is None or found.truncated:
            return {}
        kept = msgspec.json.decode(found.data, type=_Kept)
    except (SwarmError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}  # only a copy: it is made again
    return kept.files if kept.schema == SCHEMA else {}


def _write(path: Path, files: dict[str, _Entry]) -> None:
    data = msgspec.json.encode(_Kept(files=files))
    if len(data) > MAX_BYTES:
        return
    with suppress(SwarmError, OSError):  # where it cannot be written, every verb checks for itself
        try:
            writer.write_atomic(path, data, mode=MODE)
        except reader.Unreadable:  # an operator put a link or a pipe in its place
            with reader.directory(path.parent) as home:
                syscalls.unlink(path.name, home)
            writer.write_atomic(path, data, mode=MODE)


def load_policy(path: Path, checked: CheckedFiles | None = None) -> Policy:
    """Reads the policy of a swarm.toml; raises PolicyError that names file, line and key.

    checked: what was checked of this home's files before; None checks anew.
    """
    try:
        text = read_toml(path, PolicyError)
    except FileNotFoundError as error:
        raise PolicyError(
            f"{path} is gone.", hint="Put it back, or have one with the defaults made by: swarm-tui init"
        ) from error
    return parse_policy(text, checked, path.name)


def read_toml(path: Path, wrong: type[SwarmError]) -> str:
    """Returns the text of a file of settings, whatever editor wrote it; links are followed.

    Raises FileNotFoundError where there is none, and `wrong` where it cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise wrong(f"{path} is not a file.", hint="Put the settings into a plain file of this name.")
        with path.open("rb") as file:
            raw = file.read(MAX_POLICY_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise wrong(f"{path} cannot be read.", error.strerror or str(error)) from error
    if len(raw) > MAX_POLICY_BYTES:
        raise wrong(f"{path} is larger than {MAX_POLICY_BYTES} bytes.", hint="It holds settings, nothing else.")
    return decode(raw)


def parse_policy(text: str, checked: CheckedFiles | None = None, name: str = "swarm.toml") -> Policy:
    """Returns the policy of a text; raises PolicyError as `load_policy`."""

    return (checked or CheckedFiles()).value(name, text, Policy, lambda: _check_policy(text, name))


def last_right_policy(path: Path, checked: CheckedFiles) -> Policy | None:
    """Returns what a swarm.toml that is wrong now said when it was last right; None where that is not kept."""
    return checked.last(path.name, Policy, lambda text: _check_policy(text, path.name))


def _check_policy(text: str, name: str) -> dict[str, Any]:
    from swarm.config.checker import check_policy  # pydantic: 200 ms of processor

    return check_policy(text, name)
