"""Which texts of an agent look like orders to their reader, each examined once and kept while it is there."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from swarm.injection.detect import suspicion
from swarm.injection.elsewhere import suspicion_of_name

MAX_WAITING = 200
"""Texts that wait to be examined: of a burst the newest."""
MAX_KEPT = 20
_STAMP = re.compile(
    r"[\W_]*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?\W*(?:\[outputs \d+\])?"
)
_OVER = (".", "!", "?")


class Channel(StrEnum):
    """Where a text of an agent stands. The words stand in the problem of its row."""

    PROGRESS = "its progress"
    RESULTS = "its results"
    NAMES = "the name of a file"
    SAID = "what it said"
    READ = "what it read"
    OUTPUT = "its output"


class Suspect(NamedTuple):
    """A text that looks like an order to its reader. why: quoted, clean and short."""

    channel: Channel
    why: str


class Lines:
    """Lines of progress as they were written. A line is examined once, and its finding stays while it is shown."""

    __slots__ = ("_found", "waits")

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str | None] = {}
        """(the line before, the line) -> why they look like an order, '' where they do not, None while they wait."""
        self.waits = False
        """Whether there is a line to examine."""

    def take(self, lines: Iterable[str]) -> None:
        """The lines that are shown now, oldest first: new ones wait, those that are gone are forgotten."""
        known, self._found = self._found, {}
        before = ""
        for line in lines:
            self._found[before, line] = known.get((before, line))
            before = line
        self.waits = None in self._found.values()

    def examine_next(self) -> bool:
        """Examines the oldest line that waits. Returns whether it is suspect."""
        why_before: str | None = ""
        for (before, line), why in self._found.items():
            if why is None:
                found = self._found[before, line] = _judged("" if why_before else before, line)
                self.waits = None in self._found.values()
                return bool(found)
            why_before = why
        return False

    @property
    def found(self) -> tuple[str, ...]:
        """Why, oldest first."""
        return tuple(why for why in self._found.values() if why)


def _judged(before: str, line: str) -> str:
    """Why a line is suspect: by itself, or as the end of a sentence that the line before has begun."""
    if why := suspicion(line):
        return why
    begun = _bare(before)
    return suspicion(f"{begun} {_bare(line)}") or "" if begun and not begun.endswith(_OVER) else ""


def _bare(line: str) -> str:
    return _STAMP.sub("", line, count=1).strip()


class Stream:
    """Texts of a stream that grows, such as a transcript: they wait until there is time to examine them.

    What was found stays: what was read cannot be unread.
    """

    __slots__ = ("_waiting", "found", "spawn_id")

    def __init__(self, spawn_id: str) -> None:
        self.spawn_id = spawn_id
        self._waiting: deque[tuple[Channel, str]] = deque(maxlen=MAX_WAITING)
        self.found: tuple[Suspect, ...] = ()
        """Oldest first, each once."""

    def offer(self, channel: Channel, text: str) -> None:
        """A text of the stream."""
        if text:
            self._waiting.append((channel, text))

    @property
    def waits(self) -> bool:
        """Whether there is something to examine."""
        return bool(self._waiting)

    def examine_next(self) -> bool:
        """Examines the newest text that waits: it is what the agent acts upon now. Returns whether it is suspect."""
        channel, text = self._waiting.pop()
        why = suspicion(text)
        if why is None or (fresh := Suspect(channel, why)) in self.found:
            return False
        self.found = (*self.found, fresh)[-MAX_KEPT:]
        return True


def of_names(names: Sequence[str]) -> str:
    """Why the first of these names of files is suspect; '' where none is."""
    return next(filter(None, map(suspicion_of_name, names)), "")
