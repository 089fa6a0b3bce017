"""Durations and times of day in the words that every surface shares, read and written."""

import re
import time

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")


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
    parts = _DURATION.findall(stripped)
    if not parts or "".join(number + unit for number, unit in parts) != re.sub(r"\s+", "", stripped):
        raise ValueError(f"{text!r} is not a duration; write 90s, 15m or 2h")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def spell_duration(seconds: float) -> str:
    """`8s`, `42m`, `2h 05m`, `3d 04h`: two units at most, rounded down, never negative. seconds: any number."""
    whole = int(min(max(seconds, 0.0), 1e12))
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
        moment = time.localtime(wall)
    except (OverflowError, ValueError, OSError):
        return "?"
    return time.strftime("%H:%M" if 0 <= now_wall - wall < 86400 else "%Y-%m-%d %H:%M", moment)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 slot`, `3 slots`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
