"""environment.json: the variables that belong to an agent, as its spawn had them. It may hold keys and passwords."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, to_builtins

from swarm.errors import Code, SwarmError
from swarm.store import declared, jsonio, reader, syscalls, writer
from swarm.store.validators import Wrong

MODE = 0o600
"""Its owner's alone."""
MAX_BYTES = 8 << 20
Name = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^=\x00]+$")]
Value = Annotated[str, Meta(max_length=1 << 20, pattern=r"^[^\x00]*$")]


class KeptEnvironment(Struct, frozen=True):
    """What environment.json holds."""

    values: Annotated[dict[Name, Value], Meta(max_length=10_000)]
    schema: int = 1


def write(path: Path, values: Mapping[str, str]) -> None:
    """Writes the variables for their owner's eyes only. Raises SwarmError."""
    writer.write_atomic(path, jsonio.to_json(to_builtins(KeptEnvironment(dict(values)))), mode=MODE)


def read(path: Path) -> dict[str, str] | None:
    """Returns the variables by name; None where none were kept. Raises SwarmError, which names no value."""
    try:
        data = reader.read_json(path, MAX_BYTES)
        return None if data is None else declared.one(KeptEnvironment, data).values
    except (reader.Unreadable, jsonio.Invalid, Wrong) as error:
        why = error.why if isinstance(error, reader.Unreadable | jsonio.Invalid) else "a variable in it is none"
        raise SwarmError(
            "The environment that the agent was spawned with cannot be read.",
            f"{str(path)!r}: {why}.",
            "Start it again with that of your shell: swarm-tui respawn NAME --here",
            code=Code.DAMAGED,
        ) from error


def remove(path: Path) -> None:
    """Takes the file away, where there is one."""
    with suppress(OSError, SwarmError), reader.directory(path.parent) as home:
        syscalls.unlink(path.name, home)
