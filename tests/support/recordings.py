"""Real output of the agent programs, recorded, and what a reader makes of it."""

from collections.abc import Iterable
from pathlib import Path

from swarm.model.activity import Activity, ActivityState, Reader
from swarm.programs.fold import EMPTY, fold
from swarm.programs.prices import Prices
from swarm.programs.registry import new_reader_of

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings"
SEEN_AT = 2_000_000_000.0
"""Wall seconds, later than any time in a recording."""


def lines_of(name: str) -> list[bytes]:
    """The lines of a recording, by its name without the ending."""
    return (RECORDINGS / f"{name}.jsonl").read_bytes().splitlines()


def mark(spawn_id: str = "s-1", model: str = "") -> bytes:
    """What a keeper writes before a program starts."""
    return f'{{"type":"swarm","subtype":"run","spawn_id":"{spawn_id}","at":1795450000.5,"model":"{model}"}}'.encode()


def reader_named(recording: str) -> Reader:
    """A reader for the program of a recording."""
    new_reader = new_reader_of(recording.partition("_")[0], Prices())
    assert new_reader is not None
    return new_reader()


def read(reader: Reader, lines: Iterable[bytes]) -> list[Activity]:
    """Everything these lines say."""
    return [activity for line in lines for activity in reader.feed(line)]


def folded(activities: Iterable[Activity], state: ActivityState = EMPTY) -> ActivityState:
    """What they come to."""
    for activity in activities:
        state = fold(state, activity, SEEN_AT)
    return state


def replay(recording: str, lines: Iterable[bytes] | None = None) -> ActivityState:
    """What a recording comes to."""
    return folded(read(reader_named(recording), lines_of(recording) if lines is None else lines))
