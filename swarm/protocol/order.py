"""The order of the entries of a progress.md in time: oldest first, newest first, or neither."""

import re
from collections.abc import Sequence

from swarm.protocol.entry import Entry
from swarm.protocol.marked_line import Kind
from swarm.protocol.progress_line import FUTURE_S

STEADY = 4
"""A file goes one way where so many times more of its stamps go that way than the other."""
SLIPS = 2
"""So many steps back, and none forward, are no slip of a clock."""
_DAY_S = 86_400.0

_OURS = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d - ")


def oldest_first(entries: Sequence[Entry], written: float) -> list[Entry]:
    """Entries in the order of their stamps, where those of the file do not say that it is the order of the file.

    A line without a stamp stays behind the one that it follows. written: wall seconds of the file's last change. In a
    file of one kind that goes one way, a single stamp that is out of order is a slip, and moves nothing.
    """
    groups: list[list[Entry]] = [[]]
    for entry in entries:
        if entry.stamp is not None:
            groups.append([])
        groups[-1].append(entry)
    head, *dated = groups
    times = [_time(group[0], written) for group in dated]
    ways = [_way(dated[at][0], dated[at + 1][0], times[at + 1] - times[at]) for at in range(len(dated) - 1)]
    ups, downs = ways.count(1), ways.count(-1)
    if dated and _is_appended(dated[-1][0]) and (ups or downs < SLIPS):
        return list(entries)
    mixed = len({group[0].kind for group in dated}) > 1
    if downs > ups:
        dated.reverse()
        times.reverse()
    if mixed or (ups and downs and max(ups, downs) < STEADY * min(ups, downs)):
        # In a minute that a table and an entry share, the entry tells more.
        key = [
            (time, group[0].kind is not Kind.TABLE, at)
            for at, (time, group) in enumerate(zip(times, dated, strict=True))
        ]
        dated = [dated[at] for _, _, at in sorted(key)]
    return [entry for group in (head, *dated) for entry in group]


def _is_appended(entry: Entry) -> bool:
    """Whether it is as our own verb writes it, which appends, whatever the clock says."""
    return entry.kind is Kind.LINE and _OURS.match(entry.raw[0]) is not None


def _time(entry: Entry, written: float) -> float:
    stamp = entry.stamp
    if stamp is None or stamp.wall > written + FUTURE_S:
        return 0.0
    return stamp.wall - _DAY_S if stamp.whole_day else stamp.wall


def _way(one: Entry, other: Entry, later: float) -> int:
    """1 where the second is the later one, -1 the earlier one, 0 where that is not known."""
    a, b = one.stamp, other.stamp
    if a is None or b is None or not later or ((a.whole_day or b.whole_day) and abs(a.wall - b.wall) < _DAY_S):
        return 0
    return 1 if later > 0 else -1
