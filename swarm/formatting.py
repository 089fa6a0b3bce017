"""Durations and times in the words that every surface and every file shares, written and read. Light, for agents."""

import re
import time

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)"


def parse_duration(text: str | float) -> float:
    """Seconds of `90s`, `15m`, `2h`, `1h30m`, or of a bare number of seconds; raises ValueError."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    if not isinstance(text, str):
        raise ValueError("a duration is written like 90s, 15m or 2h")
    stripped = text.strip()
    if len(stripped) > 40:
        raise ValueError("a duration is written like 90s, 15m or 2h")
    if re.fullmatch(r"\d+(\.\d+)?", stripped):
        return float(stripped)
    parts = re.findall(_DURATION, stripped)
    if not parts or "".join(number + unit for number, unit in parts) != re.sub(r"\s+", "", stripped):
        raise ValueError(f"{text!r} is not a duration; write 90s, 15m or 2h")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def spell_duration(seconds: float) -> str:
    """`8s`, `42m`, `2h 05m`, `3d 04h`: two units at most, rounded down, never negative. seconds: any number."""
    whole = int(seconds) if 0.0 <= seconds <= 1e12 else int(min(max(seconds, 0.0), 1e12))
    if whole < 60:
        return f"{whole}s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h {minutes:02d}m" if minutes else f"{hours}h"
    days, hours = divmod(hours, 24)
    return f"{days}d {hours:02d}h" if hours else f"{days}d"


def spell_clock(wall: float, now_wall: float) -> str:
    """`06:31` within the last day, else `2026-02-28 06:31`, in local time. Wall seconds.

    A time that no calendar of this machine can hold (an agent can set an mtime to anything) is spelled `?`.
    """
    try:
        at = time.localtime(wall)
    except (OverflowError, ValueError, OSError):
        return "?"
    if not 1 <= at.tm_year <= 9999:
        return "?"
    clock = f"{at.tm_hour:02d}:{at.tm_min:02d}"
    return clock if 0 <= now_wall - wall < 86400 else f"{at.tm_year:04d}-{at.tm_mon:02d}-{at.tm_mday:02d} {clock}"


def spell_stamp(wall: float, between: str = "T", *, millis: bool = False) -> str:
    """Local time with its offset, as our files have it: `2026-02-28T09:33:00+01:00`. wall: seconds since 1970.

    between: what stands between day and clock. millis: seconds to the millisecond. A time that no calendar can hold (a
    clock that cannot be) is written as 1970: the order of records is by number anyway.
    """
    if not has_date(wall):
        wall = 0.0
    at, fraction = time.localtime(wall), f".{int(wall % 1 * 1000):03d}" if millis else ""
    minutes = abs(at.tm_gmtoff) // 60
    offset = f"{'-' if at.tm_gmtoff < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    day = f"{at.tm_year:04d}-{at.tm_mon:02d}-{at.tm_mday:02d}"
    return f"{day}{between}{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}{fraction}{offset}"


def has_date(wall: float) -> bool:
    """Whether a calendar can hold a time (an agent can set an mtime to anything). wall: seconds since 1970."""
    try:
        return 1 <= time.localtime(wall).tm_year <= 9999
    except (OverflowError, ValueError, OSError):
        return False


def parse_stamp(text: str) -> float | None:
    """Wall seconds since 1970 of an ISO 8601 time, local where it has no offset; None where it is none."""
    from datetime import datetime  # a caller that only writes stamps does without

    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def spell_size(size: int) -> str:
    """`310 B`, `2.1 MiB`, `48.0 GiB`."""
    if size < 1024:
        return f"{size} B"
    shown = float(size)
    for unit in ("KiB", "MiB"):
        shown /= 1024
        if shown < 1024:
            return f"{shown:.1f} {unit}"
    return f"{shown / 1024:.1f} GiB"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 slot`, `3 slots`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def beginning(text: str, limit: int, where: str = "") -> str:
    """A text as it is where it has `limit` characters, else its beginning and how much more there is, and where.

    For screens and logs alone: what is handed on is whole.
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… {how_much_more(len(text) - limit)}{f': {where}' if where else ''}"


def how_much_more(left: int) -> str:
    """`12 characters more`, `31 KB more`: what a cut for the screen leaves out. left: characters."""
    return (f"{left / 1024:.0f} KB" if left >= 10 * 1024 else plural(left, "character")) + " more"
