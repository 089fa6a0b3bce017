"""Times as agents and their tools write them, read as moments: ISO, 12 hours, slashes and dots, names of months."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple

from swarm.protocol.zones import zone_of

MAX_OFFSET_H = 14
SLACK_S = 300.0
"""Seconds by which a time of day may lie ahead of its file's time before it is one of the day before."""
_DAY = timedelta(days=1)
_NAMES = (
    *("jan ene gen", "feb fev fév", "mar mär mrz", "apr avr abr", "may mai mag", "jun giu juin"),
    *("jul lug juil", "aug aoû aou ago", "sep set", "oct okt ott out", "nov", "dec dez déc dic"),
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
"""The first letters of the months in the languages of Western Europe."""


class Stamp(NamedTuple):
    """A time that a text claims. wall: seconds since 1970. text: as it is written. naive: no zone is named.

    end: where the text goes on. whole_day: it has no time of day. day: its calendar day where it is written.
    """

    wall: float
    text: str
    naive: bool
    end: int
    whole_day: bool
    day: date | None


class Hints(NamedTuple):
    """What a file says of its stamps. day_first: whether 03/04 is the 3rd of April; None where that is not certain.

    written: wall seconds of the file's last change, which dates what has no day or year. day: of the heading above.
    """

    day_first: bool | None = None
    written: float | None = None
    day: date | None = None


NO_HINTS = Hints()


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """A day or a moment; a time of day after it or alone; a zone. Compiled by the first reader of an unusual file."""
    month = r"[^\W\d_]{3,10}"
    day = re.compile(
        rf"""(?:(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]{{0,6}}\.?,?\ +)?(?:
          (?P<y1>\d{{4}})(?P<sep1>[-/.])(?P<m1>\d\d?)(?P=sep1)(?P<d1>\d\d?)(?!\d)
        | (?P<y3>\d{{4}})\ ?[年년]\ ?(?P<m3>\d\d?)\ ?[月월]\ ?(?P<d3>\d\d?)\ ?[日일]
        | (?P<y6>20\d\d)(?P<m6>[01]\d)(?P<d6>[0-3]\d)[-T_\ ]?(?P<h6>[0-2]\d)(?P<n6>[0-5]\d)(?P<s6>[0-5]\d)?(?!\d)
        | (?P<epoch>1\d{{9}})(?:\d{{3}})?(?:\.\d+)?(?![\d.])
        | (?P<a2>\d\d?)(?P<sep2>[-/.])(?P<b2>\d\d?)(?P=sep2)(?P<y2>\d{{4}}|\d\d(?!\d))
        | (?P<d5>\d\d?)(?:st|nd|rd|th|\.)?(?:\ de)?[-/\ ](?P<mon5>{month})\.?(?:\ de)?[-/,\ ]{{1,2}}(?P<y5>\d{{4}})
        | (?P<mon4>{month})\.?\ +(?P<d4>\d\d?)(?:st|nd|rd|th)?(?!\d|:\d)(?:,?\ +(?P<y4>\d{{4}})(?!\d))?
        )""",
        re.VERBOSE | re.IGNORECASE,
    )
    clock = re.compile(
        r"""(?P<between>T|:|\ *[,|@]?\ *(?:(?:at|um|à|a\ las|les)\ +)?|\ *[-\u2013\u2014]\ *)
        (?P<h>\d\d?)(?:[:h](?P<min>\d\d)(?::(?P<s>\d\d))?(?:[.,]\d+)?)?(?![\d:])
        (?:\ ?(?P<half>[ap]\.?m\b\.?))?(?:\ Uhr\b)?""",
        re.VERBOSE | re.IGNORECASE,
    )
    zone = re.compile(
        r"\ ?\(?(?P<zone>[+-]\d\d:?\d\d(?!\d)|(?<=\d)[+-]\d\d(?!\d)|(?:UTC|GMT)\ ?[+-]\d\d?(?::?\d\d)?(?!\d)"
        r"|[A-Z][a-z]+/[A-Z]\w+|[A-Z]{1,5}\b)\)?"
    )
    return day, clock, zone


def read_stamp(text: str, hints: Hints = NO_HINTS, at: int = 0) -> Stamp | None:
    """The stamp that begins at a place of a text; None where none does, or where its order of day and month is open."""
    day_pattern, clock_pattern, _ = _patterns()
    found = day_pattern.match(text, at)
    if found is None:
        return _time_alone(text, hints, at)
    if found["epoch"]:
        return Stamp(float(found["epoch"]), found[0].strip(), naive=False, end=found.end(), whole_day=False, day=None)
    if found["y6"]:
        return _made(text, at, found.end(), (found["y6"], found["m6"], found["d6"]), found, "6", hints)
    clock = clock_pattern.match(text, found.end())
    if clock is not None and not (clock["min"] or clock["half"]):
        clock = None
    written = _day_of(found, hints, with_clock=clock is not None)
    if written is None:
        return None
    end = found.end() if clock is None else clock.end()
    return _made(text, at, end, written, clock, "", hints, no_year=written[0] is None)


_Part = str | int | None


def _day_of(found: re.Match[str], hints: Hints, *, with_clock: bool) -> tuple[_Part, _Part, _Part] | None:
    """Year (None where it is not written), month and day of a match."""
    for kind in "13":
        if found[f"y{kind}"]:
            return found[f"y{kind}"], found[f"m{kind}"], found[f"d{kind}"]
    if found["y2"]:
        year, first, second = found["y2"], int(found["a2"]), int(found["b2"])
        if len(year) == 2:
            if found["sep2"] != "." or not with_clock:
                return None
            year = f"20{year}"
        day_first = is_day_first(first, second, found["sep2"], hints.day_first)
        return None if day_first is None else (year, second, first) if day_first else (year, first, second)
    name, day, year = (found[f"{part}{'5' if found['mon5'] else '4'}"] for part in ("mon", "d", "y"))
    month = _MONTHS.get(name[:4].lower()) or _MONTHS.get(name[:3].lower())
    return None if month is None or not (year or with_clock) else (year, month, day)


def is_day_first(first: int, second: int, between: str, known: bool | None) -> bool | None:
    """Whether the first number of a date is its day; None where both may be. Dots stand in dates of the first kind."""
    if first > 12 or second > 12 or first == second:
        return second <= 12
    return True if between == "." else known


def _made(
    text: str,
    start: int,
    end: int,
    day: tuple[_Part, _Part, _Part],
    clock: re.Match[str] | None,
    kind: str,
    hints: Hints,
    *,
    no_year: bool = False,
) -> Stamp | None:
    year, month, number = day
    of_day = _time_of(text, end, clock, kind)
    try:
        zone, end = _zone(text, end) if clock is not None else (None, end)
    except ValueError:
        return None
    if no_year and (later := re.match(r" +(\d{4})\b", text[end:])):  # `Sat Feb 28 14:23:05 CET 2026`
        year, end = later[1], end + later.end()
    if of_day is None:
        return None
    try:
        on = date(int(year) if year else _latest(hints).year, int(month or 0), int(number or 0))
        wall = _wall(on, of_day, zone)
        if not year and hints.written is not None and wall > hints.written + SLACK_S:
            wall = _wall(on := on.replace(year=on.year - 1), of_day, zone)
    except (ValueError, OverflowError, OSError):
        return None
    if clock is None and hints.written is not None and abs(wall - hints.written) < _DAY.total_seconds():
        wall = min(wall, hints.written)  # it was some time of that day
    if wall < 0:
        return None
    return Stamp(wall, text[start:end].strip(), naive=zone is None, end=end, whole_day=clock is None, day=on)


def _time_of(text: str, end: int, clock: re.Match[str] | None, kind: str) -> time | None:
    if clock is None:
        # What follows a day may have been meant as its time, and be none.
        return None if re.match(r"[ T]+\d\d?:\d", text[end : end + 8]) else time(23, 59, 59)
    if kind:
        return _time(clock["h6"], clock["n6"], clock["s6"], None)
    return _time(clock["h"], clock["min"], clock["s"], clock["half"])


def _time_alone(text: str, hints: Hints, at: int) -> Stamp | None:
    """`14:23`: of the day in the heading above it, else of the last one that was over when the file was written."""
    found = _patterns()[1].match(text, at)
    if found is None or found["between"] or not found["min"] or (hints.written is None and hints.day is None):
        return None
    of_day = _time(found["h"], found["min"], found["s"], found["half"])
    if of_day is None:
        return None
    try:
        zone, end = _zone(text, found.end())
        wall = _wall(hints.day or _latest(hints).date(), of_day, zone)
    except (ValueError, OverflowError, OSError):
        return None
    while hints.day is None and hints.written is not None and wall > hints.written + SLACK_S:
        wall -= _DAY.total_seconds()
    return Stamp(wall, text[at:end].strip(), naive=zone is None, end=end, whole_day=False, day=None)


def _latest(hints: Hints) -> datetime:
    return datetime.fromtimestamp(hints.written) if hints.written is not None else datetime.now()  # noqa: DTZ005, DTZ006


def _time(hours: str, minutes: str | None, seconds: str | None, half: str | None) -> time | None:
    hour = int(hours)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    try:
        return time(hour, int(minutes or 0), int(seconds or 0))
    except ValueError:
        return None


def _wall(day: date, of_day: time, zone: tzinfo | None) -> float:
    return datetime.combine(day, of_day, zone).timestamp()  # without a zone it is local time


def _zone(text: str, at: int) -> tuple[tzinfo | None, int]:
    """The zone named at a place, None for none, and where the text goes on. Raises ValueError for none that is."""
    found = _patterns()[2].match(text, at)
    if found is None:
        return None, at
    name = found["zone"]
    sign = re.search(r"([+-])(\d\d?):?(\d\d)?\Z", name)
    if sign:
        hours, minutes = int(sign[2]), int(sign[3] or 0)
        if hours > MAX_OFFSET_H or minutes > 59:
            raise ValueError("no zone is so far from Greenwich")
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if sign[1] == "-" else offset), found.end()
    if name in ("Z", "UTC", "GMT"):
        return UTC, found.end()
    known, zone = zone_of(name)
    return (zone, found.end()) if known else (None, at)
