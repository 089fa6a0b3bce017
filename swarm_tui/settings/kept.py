"""What the operator changes with keys, kept for the next control room: theme and order. Never in their own file."""

from typing import Any

import msgspec

from swarm.errors import Busy, SwarmError
from swarm.model.values import replace
from swarm.store import locks, reader, writer
from swarm_tui.settings.places import Places
from swarm_tui.settings.values import Known, Settings

SCHEMA = 1
MAX_BYTES = 64 * 1024
LOCK_S = 2.0


class Change(msgspec.Struct, frozen=True):
    """One setting that was changed with a key."""

    value: str | bool
    over: str | bool
    """What the file, or our default, said then: once it says something else, that is newer, and holds."""


class Kept(msgspec.Struct, frozen=True):
    """kept.json. Names that a newer version kept survive."""

    schema: int = SCHEMA
    changes: dict[str, Change] = {}


def apply(settings: Settings, places: Places, known: Known) -> Settings:
    """Returns the settings with what was changed with keys since they were written."""
    kept = _read(places).changes
    choices: dict[str, tuple[str | bool, ...]] = {
        "theme": (*known.themes, *known.more_themes),
        "sort": known.orders,
        "reverse": (False, True),
    }
    changed: dict[str, Any] = {
        name: change.value
        for name, allowed in choices.items()
        if (change := kept.get(name)) is not None and change.over == getattr(settings, name) and change.value in allowed
    }
    return replace(settings, **changed)


def keep(places: Places, written: Settings, **changed: str | bool) -> None:
    """Keeps settings for the next control room. written: what the file says. changed: by name, what holds now.

    Two rooms that keep something at once lose nothing of each other. Raises SwarmError, OSError.
    """
    writer.make_dir(places.state)
    with locks.held(places.lock, LOCK_S) as ours:
        if not ours:
            raise Busy(f"Another process holds {str(places.lock)!r}.")
        kept = _read(places)
        changes = dict(kept.changes)
        for name, value in changed.items():
            over = getattr(written, name)
            if value == over:
                changes.pop(name, None)
            else:
                changes[name] = Change(value, over)
        if changes != kept.changes:
            writer.write_atomic(places.kept, msgspec.json.encode(replace(kept, changes=changes)), mode=0o600)


def forget(places: Places) -> bool:
    """Forgets all that was changed with keys; returns whether there was anything. Raises OSError."""
    try:
        places.kept.unlink()
    except FileNotFoundError:
        return False
    return True


def _read(places: Places) -> Kept:
    """What is kept; nothing where it cannot be read, since the next change writes it anew."""
    try:
        found = reader.read_head(places.kept, MAX_BYTES)
        return msgspec.json.decode(found.data, type=Kept) if found is not None else Kept()
    except (SwarmError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Kept()
