"""The line on top: the swarm's name, its heartbeat, what is wrong, what it uses, and how old the snapshot is."""

from collections.abc import Mapping
from itertools import takewhile

from msgspec import Struct
from textual.geometry import Region
from textual.reactive import reactive

from swarm.model.causes import Severity
from swarm.model.health import Verdict
from swarm.model.heart import BY_HAND, Heart, HeartState
from swarm.model.snapshot import Access, Snapshot, Watching
from swarm.model.time import Now
from swarm.rules.costs import Spent
from widgets.cells import (
    Cell,
    Cells,
    cells_width,
    countdown,
    fit_cells,
    quote,
    short_bytes,
    short_count,
    short_duration,
    short_money,
)
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of
from widgets.need_words import need_cell, need_sign
from widgets.tally import Tally

STALE_SECONDS = 10.0
"""A snapshot older than this is said to be old."""


class StatusData(Struct, frozen=True):
    """What the line shows. None is unknown, and not shown."""

    name: str = ""
    heartbeat_n: int = 0
    next_in: float | None = None
    """Seconds until the next automatic beat; None where none is due."""
    beating: str = ""
    """The actor that runs a heartbeat right now."""
    owner: str = ""
    """The other control room that beats automatically."""
    running: int = 0
    needs: int = 0
    """Who needs a person: agents, and alerts of the swarm itself."""
    severity: Severity | None = None
    """How bad the worst of that is."""
    cost_per_hour: float | None = None
    tokens_per_hour: float | None = None
    cost_usd: float | None = None
    """What was spent in all; shown while there is no figure for an hour."""
    unpriced: int = 0
    """Agents that have used tokens whose price is unknown."""
    cpu_percent: float | None = None
    rss_bytes: int | None = None
    snapshot_age: float | None = None
    """Seconds since the tree was last looked at."""
    polling: str = ""
    """Why changes are found by looking only, where they are."""
    trouble: str = ""
    """A word for what keeps this home from being written: `disk full`, `read-only`."""
    looking: int | None = None
    """How many agents were found so far, while the first look is under way."""
    stopped: float | None = None
    """Seconds without a heartbeat; None while the heart beats, or need not."""


_ACCESS_WORDS = {
    Access.WRITABLE: "",
    Access.MISSING: "no home",
    Access.FOREIGN: "foreign",
    Access.READ_ONLY: "read-only",
    Access.NEWER: "newer version",
    Access.FULL: "disk full",
    Access.BAD_POLICY: "bad swarm.toml",
    Access.DAMAGED: "damaged",
    Access.ASKED: "read-only",
}


def status_of(
    snapshot: Snapshot,
    verdicts: Mapping[str, Verdict],
    now: Now,
    *,
    name: str = "",
    heart: Heart,
    other_owner: str = "",
    used_up: Spent | None = None,
    tally: Tally | None = None,
) -> StatusData:
    """The line's data of a snapshot. other_owner: another control room that beats.

    used_up: tokens and dollars (`rates.spent`); None where no program reports them.
    tally: kept from call to call, it makes an unchanged agent cheap.
    """
    tally = tally if tally is not None else Tally()
    tally.count(snapshot, verdicts)
    used, attention = tally.usage, tally.attention
    pulse = snapshot.pulse
    return StatusData(
        name=name or snapshot.home.rpartition("/")[2],
        heartbeat_n=snapshot.heartbeat_n,
        next_in=heart.next_at - now.wall if heart.next_at is not None else None,
        stopped=heart.stopped_s,
        beating=heart.by if heart.state is HeartState.BEATING else "",
        owner=other_owner,
        running=tally.running,
        needs=attention.count,
        severity=attention.severity,
        cost_per_hour=used_up.cost_per_hour if used_up is not None else None,
        tokens_per_hour=used_up.tokens_per_hour if used_up is not None else None,
        cost_usd=used_up.cost_usd if used_up is not None else None,
        unpriced=used_up.unpriced if used_up is not None else 0,
        cpu_percent=sum(usage.cpu_percent for usage in used) if used else None,
        rss_bytes=sum(usage.rss_bytes for usage in used) if used else None,
        snapshot_age=max(0.0, now.wall - pulse.scanned_at) if pulse.scanned_at else None,
        polling=pulse.watching_why if pulse.watching is not Watching.EVENTS else "",
        trouble=_ACCESS_WORDS[pulse.access],
    )


def looking_status(snapshot: Snapshot, name: str, why: str) -> StatusData:
    """The line's data while the first look is under way: what the ledger says, and nothing that agents decide.

    why: what keeps the look from coming to its end; '' while nothing does.
    """
    return StatusData(
        name=name or snapshot.home.rpartition("/")[2],
        heartbeat_n=snapshot.heartbeat_n,
        looking=len(snapshot.agents),
        polling=why,
        trouble=_ACCESS_WORDS[snapshot.pulse.access],
    )


def status_cells(data: StatusData, width: int, charset: Charset = UNICODE) -> Cells:
    """The line at this width. As it falls, what matters least goes first: tokens, money, memory, processor, owner."""
    for level in range(9):
        left, right = _left(data, charset, level), _right(data, level)
        gap = width - cells_width(left) - cells_width(right) - 1
        if gap >= 1:
            return (*left, Cell(" " * gap), *right, Cell(" "))
    return fit_cells(_left(data, charset, 9), width, charset.cut)


def _left(data: StatusData, charset: Charset, level: int) -> Cells:
    between = "  " if level < 5 else " "
    cells: list[Cell] = [Cell(" ")]
    if level < 7 and data.name:
        cells += (Cell(quote(data.name, 24 if level < 4 else 10), "strong"), Cell(between))
    cells.append(Cell(f"{charset.heart} {data.heartbeat_n}", "accent"))
    if data.looking is not None:
        return (*cells, Cell(between), Cell(f"{data.looking:,} agents {charset.cut} looking", "notice"))
    if data.stopped is not None:
        words = "HEART STOPPED" if level < 6 else "STOPPED"
        cells += (Cell(between), Cell(f"{words} {short_duration(data.stopped)}", "danger"))
    elif data.beating:
        cells += (Cell(between), Cell("beating" if level > 3 else f"beating: {quote(data.beating, 30)}", "notice"))
    elif data.next_in is not None:
        cells += (
            Cell(between),
            Cell(f"next in {countdown(data.next_in)}" if level < 6 else f"in {countdown(data.next_in)}"),
        )
    elif level < 6:
        cells += (Cell(between), Cell(BY_HAND if level < 4 else "by hand", "muted"))
    running = f"{charset.running} running {data.running}" if level < 5 else f"{charset.running} {data.running}"
    cells += (Cell(between), Cell(running, "good"))
    if data.needs and level >= 8:
        sign = need_sign(data.severity, charset)
        cells += (Cell(between), Cell(f"{sign.text} {data.needs}", sign.role))
    elif data.needs or (data.stopped is None and level < 5):
        cells += (Cell(between), need_cell(data.needs, data.severity, charset))
    if data.trouble:
        cells += (Cell(between), Cell(data.trouble, "danger"))
    return tuple(cells)


def _right(data: StatusData, level: int) -> Cells:
    parts: list[Cell] = []
    if data.owner and level < 5:
        parts.append(Cell(f"beat: {quote(data.owner, 28)}" if level < 3 else "beat: other", "notice"))
    if data.polling and level < 6:
        parts.append(Cell("polling" if level > 1 else f"polling: {quote(data.polling, 30)}", "notice"))
    if data.snapshot_age is not None and data.snapshot_age >= STALE_SECONDS:
        parts.append(Cell(f"snapshot {short_duration(data.snapshot_age)} old", "warning"))
    if (money := money_text(data)) and level < 2:
        parts.append(Cell(money))
    if data.tokens_per_hour is not None and level < 1:
        parts.append(Cell(f"{short_count(data.tokens_per_hour)} tok/h"))
    if data.cpu_percent is not None and level < 4:
        parts.append(Cell(f"cpu {data.cpu_percent:.0f}%"))
    if data.rss_bytes is not None and level < 3:
        parts.append(Cell(short_bytes(data.rss_bytes)))
    return tuple(part for number, cell in enumerate(parts) for part in ((Cell("  "), cell) if number else (cell,)))


def money_text(data: StatusData) -> str:
    """`$3.10/h`; `$3.10+?/h` where some prices are unknown, `$?/h` where all are; else the sum."""
    dollars, unit = (data.cost_per_hour, "/h") if data.cost_per_hour is not None else (data.cost_usd, "")
    if dollars is None:
        return ""
    if data.unpriced:
        return f"$?{unit}" if not dollars else f"{short_money(dollars)}+?{unit}"
    return f"{short_money(dollars)}{unit}"


def _columns_alike(before: Cells, after: Cells) -> int:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    return cells_width(cell for cell, _ in pairs)


REGION = 16
"""Columns: regions begin and end at a multiple of it."""


class StatusLine(CellLine):
    """The status of the swarm in one line."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; }
    """

    data: reactive[StatusData] = reactive(StatusData(), repaint=False)

    def watch_data(self, old: StatusData, new: StatusData) -> None:
        """Draws again what looks different: a countdown, each second, and not the whole line for it."""
        width, charset = self.size.width, charset_of(self)
        before, after = status_cells(old, width, charset), status_cells(new, width, charset)
        if before != after:
            # Textual keeps each region that it is ever told of, so that it is told of few different ones.
            start = _columns_alike(before, after) // REGION * REGION
            end = _columns_alike(before[::-1], after[::-1]) // REGION * REGION
            self.refresh(Region(start, 0, width - start - end, 1))

    def line_cells(self, y: int, width: int) -> Cells:
        del y
        return status_cells(self.data, width, charset_of(self))
