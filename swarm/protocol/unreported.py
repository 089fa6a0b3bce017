"""A report that an agent could not write, noted in a file that is there already. Light: agents' verbs load it."""

from contextlib import suppress
from typing import NamedTuple

from swarm.errors import SwarmError
from swarm.formatting import spell_stamp
from swarm.protocol.paths import AgentDir
from swarm.store import in_place, jsonio, reader, writer

SIZE = 512
"""Bytes of the file."""
NOTHING = b"{}"


class Unreported(NamedTuple):
    """What an agent wanted to report, when, and why it could not. Texts are clean."""

    verb: str
    at: str
    why: str


def make(agent: AgentDir) -> None:
    """Makes the file, at the agent's start, where it is missing. Raises SwarmError."""
    with suppress(FileExistsError):
        writer.write_new(agent.unreported, NOTHING.ljust(SIZE))


def note(agent: AgentDir, verb: str, why: str, wall: float) -> None:
    """Notes that a report failed; where not even that can be written, the agent alone knows, from its exit status."""
    words = jsonio.to_json({"verb": verb, "at": spell_stamp(wall), "why": why[:200]})
    with suppress(OSError, SwarmError, ValueError):
        in_place.overwrite(agent.unreported, words, SIZE)


def clear(agent: AgentDir) -> None:
    """Takes the note back: the agent has reported since."""
    with suppress(OSError, SwarmError):
        found = reader.read_head(agent.unreported, SIZE)
        if found is not None and found.data.strip() != NOTHING:
            in_place.overwrite(agent.unreported, NOTHING, SIZE)


def read(agent: AgentDir) -> Unreported | None:
    """The report that could not be written; None where there is none, or the note cannot be read."""
    from swarm.sanitize import clean  # for the scan: its expressions take long to compile

    with suppress(SwarmError):
        found = reader.read_json(agent.unreported, SIZE) or {}
        words = [found.get(key) for key in Unreported._fields]
        if all(isinstance(word, str) and word for word in words):
            return Unreported(*(clean(str(word), 200) for word in words))
    return None
