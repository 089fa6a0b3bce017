"""Which texts of an agent look like orders to their reader, each examined once and kept while it is there."""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from swarm.injection.detect import suspicion
from swarm.injection.elsewhere import suspicion_of_name
from swarm.model.values import NOTHING

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


class _Waiting(NamedTuple):
    """A line to be examined. key, before_key: hashes of it and of the line before it, each with its own before."""

    key: int
    before_key: int
    before: str
    line: str


class Lines:
    """Lines of progress as they were written. A line is examined once, and its finding stays while it is shown.

    Texts are kept only until they are examined, because the scan keeps them too, as they are shown.
    """

    __slots__ = ("_keys", "_waiting", "_whys")

    def __init__(self) -> None:
        self._keys: tuple[int, ...] = ()
        """Of the lines that are shown, oldest first. Python's own hash: nobody outside knows its secret."""
        self._waiting: tuple[_Waiting, ...] = ()
        self._whys: Mapping[int, str] = NOTHING
        """Why a line looks like an order, by key; of the others there is none."""

    @property
    def waits(self) -> bool:
        """Whether there is a line to examine."""
        return bool(self._waiting)

    def take(self, lines: Iterable[str]) -> None:
        """The lines that are shown now, oldest first: new ones wait, those that are gone are forgotten."""
        examined = set(self._keys).difference(each.key for each in self._waiting)
        shown: dict[int, _Waiting] = {}
        before, before_key = "", 0
        for line in lines:
            key = hash((before, line))
            shown.setdefault(key, _Waiting(key, before_key, before, line))
            before, before_key = line, key
        self._keys = tuple(shown)
        self._waiting = tuple(each for key, each in shown.items() if key not in examined)
        self._whys = {key: why for key, why in self._whys.items() if key in shown} or NOTHING

    def examine_next(self) -> bool:
        """Examines the oldest line that waits. Returns whether it is suspect."""
        if not self._waiting:
            return False
        each, *rest = self._waiting
        self._waiting = tuple(rest)
        why = _judged("" if each.before_key in self._whys else each.before, each.line)
        if why:
            self._whys = {**self._whys, each.key: why}
        return bool(why)

    def examine(self, lines: Iterable[str]) -> bool:
        """Takes lines of a file that is hardly ever written again, examines them all, and keeps what is suspect.

        Returns whether anything else is suspect than before.
        """
        before = self._whys
        self.take(lines)
        while self.waits:
            self.examine_next()
        self._keys = tuple(key for key in self._keys if key in self._whys)
        return self._whys != before

    def put_off(self) -> None:
        """Lets go of the lines that wait: they are new again when they are taken the next time."""
        waiting = {each.key for each in self._waiting}
        self._keys = tuple(key for key in self._keys if key not in waiting)
        self._waiting = ()

    @property
    def found(self) -> tuple[str, ...]:
        """Why, oldest first."""
        return tuple(self._whys[key] for key in self._keys if key in self._whys)


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
