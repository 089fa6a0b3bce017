"""Zones of time by their names, as logs write them beside a stamp."""

import time
from datetime import timedelta, timezone, tzinfo

_TABLE = {
    -10: "HST",
    -9: "AKST",
    -8: "PST",
    -7: "MST PDT",
    -6: "CST MDT",
    -5: "EST CDT",
    -4: "AST EDT",
    -3.5: "NST",
    -3: "BRT ART ADT",
    0: "WET",
    1: "WEST BST CET MEZ",
    2: "CEST MESZ SAST CAT EET",
    3: "EEST EAT MSK",
    5: "PKT",
    5.5: "IST",
    5.75: "NPT",
    7: "ICT WIB",
    8: "SGT HKT AWST",
    9: "JST KST",
    9.5: "ACST",
    10: "AEST",
    10.5: "ACDT",
    11: "AEDT",
    12: "NZST",
    13: "NZDT",
}
_HOURS = {name: hours for hours, names in _TABLE.items() for name in names.split()}
"""Hours east of Greenwich. A name that several zones share stands for the one that most logs mean."""


def zone_of(name: str) -> tuple[bool, tzinfo | None]:
    """Whether a name is one of a zone, and which; None for this machine's own, which may share its name with others."""
    if name in time.tzname:
        return True, None
    if name in _HOURS:
        return True, timezone(timedelta(hours=_HOURS[name]))
    if "/" in name:
        from zoneinfo import ZoneInfo  # seldom

        try:
            return True, ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            return False, None
    return False, None
