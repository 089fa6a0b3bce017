"""A progress.md that people and programs write in their own way, as entries: headings, tables, lists, newest first."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from swarm.protocol.entry import Entry
from swarm.protocol.marked_line import Kind, Line, is_aside, is_rule, is_table_rule, read_line, without_item
from swarm.protocol.order import oldest_first
from swarm.protocol.progress_line import FUTURE_S, MAX_CHARS, says_something
from swarm.protocol.stamps import Hints, Stamp, is_day_first
from swarm.sanitize import clean

MAX_SCANNED = 4000
"""Lines at the end of a file that are looked at; more of them in 64 KiB are no text."""
_FENCES = ("```", "~~~")


class Document(NamedTuple):
    """What a file says. entries: oldest first, the last word last. rest: lines as written that are no entries.

    newest: wall seconds of the newest stamp in it, None without any. unread: the last stamp that cannot be read, where
    none can be. newest_first: its head is what counts.
    """

    entries: tuple[Entry, ...] = ()
    rest: tuple[str, ...] = ()
    newest: float | None = None
    unread: str = ""
    newest_first: bool = False


def read_document(text: str, written: float, *, cut: bool) -> Document:
    """Takes a text apart. written: wall seconds of the file's last change. cut: the text begins anywhere in a file."""
    lines = text.split("\n")
    if cut and len(lines) > 1:
        lines = lines[1:]
    lines = lines[-MAX_SCANNED:]
    hints = Hints(day_first=_order_of_days(text), written=written)
    fences = {number for number, line in enumerate(lines) if line.lstrip().startswith(_FENCES)}
    reader = _Reader(hints, _outside_of(lines, fences, inside=cut and len(fences) % 2 == 1))
    if fences and not reader.dated:
        fenced = _Reader(hints, (line for number, line in enumerate(lines) if number not in fences))
        reader = fenced if fenced.dated else reader  # the whole log may stand in one
    return reader.document()


def _outside_of(lines: Sequence[str], fences: set[int], *, inside: bool) -> Iterator[str]:
    """The lines outside of code, where templates and output stand. A fence that is never closed hides nothing."""
    marks = fences if len(fences) > 1 or inside else set[int]()
    for number, line in enumerate(lines):
        if number in marks:
            inside = not inside
        elif not inside:
            yield line


@cache
def _numbers() -> re.Pattern[str]:
    return re.compile(r"(?<![\d./-])(\d\d?)([/-])(\d\d?)\2\d{4}(?!\d)")


def _order_of_days(text: str) -> bool | None:
    """Whether days stand before months, as far as a date of the file shows; None where none does, or they differ."""
    dates = {(int(one), int(other)) for one, _, other in _numbers().findall(text)}
    found = {is_day_first(one, other, "/", None) for one, other in dates if one != other} - {None}
    return found.pop() if len(found) == 1 else None


class _Heading(NamedTuple):
    number: int
    line: Line


class _Reader:
    """Goes through lines once, and keeps the entry that is open and the heading above."""

    def __init__(self, hints: Hints, lines: Iterable[str]) -> None:
        self._hints = hints
        self._entries: list[Entry] = []
        """In the order of the file."""
        self._open: Entry | None = None
        self._heading: _Heading | None = None
        self._headings: list[Line] = []
        self._aside: list[Line] = []
        """Lines that say nothing of what was done."""
        self._claims: list[float] = []
        """Stamps of the whole file: `Last updated: ...`."""
        self._unread = ""
        self._row: Line | None = None
        """The line before, where it is of a table: a heading where a rule follows."""
        self._comment = False
        for raw in lines:
            text = clean(raw[: MAX_CHARS * 4], MAX_CHARS).strip()
            if text and not self._is_comment(text):
                self._take(raw, text)

    @property
    def dated(self) -> bool:
        """Whether it found a stamp."""
        return bool(self._claims) or any(entry.stamp for entry in self._entries)

    def _is_comment(self, text: str) -> bool:
        was = self._comment or text.startswith("<!--")
        self._comment = was and "-->" not in text
        return was

    def _take(self, raw: str, text: str) -> None:
        if is_table_rule(text):
            self._drop_row()
        elif is_rule(text):
            self._open = None
        elif says_something(text):
            line = read_line(raw, text, self._hints)
            self._unread = line.unread or self._unread
            self._row = line if line.kind is Kind.TABLE else None
            self._place(line)
            return
        self._row = None

    def _drop_row(self) -> None:
        """The row before was the heading of a table."""
        if self._row is None:
            return
        if self._entries and self._entries[-1].raw[0] is self._row.raw:
            self._entries.pop()
            self._open = None
        elif self._open is not None and self._open.raw[-1] is self._row.raw:
            self._open.raw.pop()
            self._open.details = self._open.details[: len(self._open.raw) - 1]

    def _place(self, line: Line) -> None:
        stamp = line.stamp
        if line.level:
            self._take_heading(line)
        elif stamp is not None and line.label:
            self._take_label(line, stamp)
        elif stamp is not None:
            self._start(Entry(line, stamp, self._number))
            if stamp.whole_day and not line.sentence:
                self._see_day(stamp.day)
        elif line.planned or is_aside(line.text):
            self._aside.append(line)
        elif self._open is not None and self._open.holds(line):
            self._open.add(line)
        else:
            self._start(Entry(line, None, self._number))
            self._open = None

    @property
    def _number(self) -> int:
        return self._heading.number if self._heading is not None and self._heading.line.stamp is None else -1

    def _take_heading(self, line: Line) -> None:
        self._heading = _Heading(len(self._headings), line)
        self._headings.append(line)
        above = self._open
        if line.stamp is not None:
            self._start(Entry(line, line.stamp, self._heading.number, level=line.level))
            if line.stamp.whole_day:
                self._see_day(line.stamp.day)
        elif above is not None and above.level and line.level > above.level:
            above.add(line)
        else:
            self._open = None

    def _take_label(self, line: Line, stamp: Stamp) -> None:
        """`Started: ...` dates what stands below the same heading; `Last updated: ...` the whole file."""
        heading, above = self._heading, self._open
        if stamp.whole_day:
            self._see_day(stamp.day)
        if line.whole_file or heading is None or heading.line.level == 1:
            self._claims.append(stamp.wall)
            self._aside.append(line)
        elif above is not None and above.heading == heading.number:
            above.refine(stamp)
            above.add(line)
        else:
            self._date_heading(heading, line, stamp)

    def _date_heading(self, heading: _Heading, line: Line, stamp: Stamp) -> None:
        """An entry of a heading, with what stands between it and the line that dates it."""
        entry = Entry(heading.line, stamp, heading.number, level=heading.line.level)
        while self._entries and self._entries[-1].stamp is None and self._entries[-1].heading == heading.number:
            loose = self._entries.pop()
            entry.details.insert(0, loose.sentence)
            entry.raw.insert(1, loose.raw[0])
        entry.add(line)
        self._start(entry)

    def _start(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._open = entry

    def _see_day(self, day: date | None) -> None:
        self._hints = self._hints._replace(day=day)

    def document(self) -> Document:
        """What was read."""
        kept = self._said() if any(entry.stamp for entry in self._entries) else self._undated()
        entries = oldest_first([entry for entry in kept if _says_something(entry)], self._hints.written or 0.0)
        for entry in entries:
            if not entry.sentence:
                _take_sentence(entry)
        shown = {id(raw) for entry in entries for raw in entry.raw}
        told = (entry for entry in self._entries if _says_something(entry))  # an empty entry is no update
        rest = [*(raw for entry in told for raw in entry.raw), *(line.raw for line in self._aside)]
        latest = (self._hints.written or 0.0) + FUTURE_S
        stamps = [*self._claims, *(entry.stamp.wall for entry in entries if entry.stamp is not None)]
        return Document(
            tuple(entries),
            tuple(raw for raw in rest if id(raw) not in shown),
            max((stamp for stamp in stamps if stamp <= latest), default=None),
            "" if stamps else self._unread,
            newest_first=len(entries) > 1 and entries[-1] is kept[0],
        )

    def _said(self) -> list[Entry]:
        """Of a file with stamps: what stands below a heading without one, or is still to be done, is none."""
        return [each for each in self._entries if each.stamp or (each.heading < 0 and each.box is not False)]

    def _undated(self) -> list[Entry]:
        """Of a file without: what is done, where boxes are ticked, else every line; its title where there is none."""
        ticked = any(entry.box for entry in self._entries)
        kept = [entry for entry in self._entries if not ticked or entry.box is not False]
        others = [line for line in self._aside if line.stamp is None] or [*self._aside] or self._headings
        return kept or [Entry(line, None, -1) for line in others]


def _says_something(entry: Entry) -> bool:
    return says_something(entry.sentence) or any(map(says_something, entry.details))


def _take_sentence(entry: Entry) -> None:
    """Of an entry whose stamp stands alone: its first line; below a day, its last one, which was done last."""
    day = entry.stamp is not None and entry.stamp.whole_day
    entry.sentence = without_item(entry.details.pop(-1 if day else 0))
