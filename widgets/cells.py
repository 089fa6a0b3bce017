"""Short texts with a role of colour, cut and padded to columns. Pure; agent text is cleaned here again."""

import time
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from swarm.formatting import has_date
from swarm.sanitize import clean

ROLES = ("good", "notice", "warning", "danger", "accent", "muted", "strong", "quote", "found")
"""The roles of colour: each but `strong` is a variable of the theme (`found` two)."""
SLOT_ROLES = ("genesis", "idea-meta", "worker", "scout", "improvement", "diagnostic", "other")
"""Roles of agents with a colour of their own on the slot board."""


class Cell(NamedTuple):
    """A piece of a line. `role` is one of ROLES, `role-<slot role>`, or '' for plain text."""

    text: str
    role: str = ""


Cells = tuple[Cell, ...]


def width_of(text: str) -> int:
    """Columns that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cells_width(cells: Iterable[Cell]) -> int:
    """Columns that cells take."""
    return sum(width_of(cell.text) for cell in cells)


def fit(text: str, width: int, cut: str = "…") -> str:
    """The text in exactly `width` columns: padded with spaces, or cut with `cut` as its last sign."""
    if width <= 0:
        return ""
    if text.isascii():
        length = len(text)
        if length <= width:
            return text + " " * (width - length)
        return text[: width - 1] + cut
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + cut


def fit_right(text: str, width: int, cut: str = "…") -> str:
    """Like `fit`, set to the right."""
    length = width_of(text)
    return " " * (width - length) + text if length < width else fit(text, width, cut)


def fit_tail(text: str, width: int, cut: str = "…") -> str:
    """Like `fit`, but what is cut off is the beginning: the last part of a path says most."""
    if width <= 0:
        return ""
    if width_of(text) <= width:
        return fit(text, width, cut)
    while text and width_of(text) > width - 1:
        text = text[1:]
    return fit(cut + text, width, cut)


def fit_cells(cells: Iterable[Cell], width: int, cut: str = "…") -> Cells:
    """Cells in exactly `width` columns: the last one that has room is cut, the rest dropped, the end padded."""
    fitted: list[Cell] = []
    left = width
    for cell in cells:
        if left <= 0:
            break
        length = width_of(cell.text)
        if length > left:
            fitted.append(Cell(fit(cell.text, left, cut), cell.role))
            left = 0
        elif length:
            fitted.append(cell)
            left -= length
    if left > 0:
        fitted.append(Cell(" " * left))
    return tuple(fitted)


def cell_at(cells: Iterable[Cell], x: int) -> str:
    """The text of the cell at a column; '' right of all of them."""
    for cell in cells:
        x -= width_of(cell.text)
        if x < 0:
            return cell.text
    return ""


def quote(text: str, limit: int = 300) -> str:
    """Agent text once more through the door: one line without control signs, whatever let it in."""
    return clean(text, limit)


def short_id(agent_id: str, root: str) -> str:
    """An id without the root that nearly all of them start with."""
    return agent_id.removeprefix(f"{root}/") if root else agent_id


def slot_role(role: str) -> str:
    """The cell role of an agent's role."""
    return f"role-{role}" if role in SLOT_ROLES else "role-other"


def short_duration(seconds: float) -> str:
    """`12s`, `42m`, `1h05`, `3d04h`: at most five columns below a hundred days."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minutes:02d}"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours:02d}h" if days < 100 else f"{days}d"


def coarse_duration(seconds: float) -> str:
    """`12s`, `42m`, `5h`, `3d`: at most three columns below a hundred days."""
    whole = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def countdown(seconds: float) -> str:
    """`07:12`, or `1:07:12` from an hour on; 00:00 when the time has come."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def clock_text(wall: float | None) -> str:
    """`06:31` of today's or another day, in local time; blanks where unknown."""
    if wall is None:
        return "     "
    return time.strftime("%H:%M", time.localtime(wall)) if has_date(wall) else "--:--"


def short_bytes(size: float) -> str:
    """`310 MiB`, `4.2 GiB`."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def short_count(number: float) -> str:
    """`950`, `12.3k`, `4.5M`."""
    if number < 1000:
        return f"{number:.0f}"
    if number < 1_000_000:
        return f"{number / 1000:.1f}k"
    return f"{number / 1_000_000:.1f}M"


def short_money(dollars: float | None) -> str:
    """`$3.10`, `$0.004`, `$1240`; `$?` where the price is unknown."""
    if dollars is None:
        return "$?"
    if 0 < dollars < 0.01:
        return f"${dollars:.3f}" if dollars >= 0.0005 else "$0.001"
    return f"${dollars:.2f}" if dollars < 1000 else f"${dollars:.0f}"
