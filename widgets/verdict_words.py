"""A verdict as cells and lines: why first, then what comes and in how long."""

from swarm.model.health import Health, Verdict
from widgets.agent_words import STATE_ROLES, bar_level
from widgets.cells import Cell, Cells, cells_width, coarse_duration, countdown, quote, short_duration
from widgets.charset import UNICODE, Charset
from widgets.paragraphs import wrap

VERDICT_LINES = 3
"""Lines that a verdict takes at most."""

_BAR_STEPS = 64
"""More than the bar of the limit can show."""


def look_alike(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts on an agent make the same row: they differ at most by seconds that no row shows."""
    return one.why == other.why and one.state is other.state and _looks(one) == _looks(other)


def _looks(verdict: Verdict) -> tuple[object, ...]:
    level = bar_level(verdict)
    return (
        None if verdict.age is None else short_duration(verdict.age),
        None if verdict.kill_in is None else coarse_duration(verdict.kill_in),
        None if level is None else round(level * _BAR_STEPS),
        verdict.next_state,
        verdict.kill_due,
        verdict.unread_beats,
        verdict.stale_results,
        verdict.orphaned_results,
        verdict.usefulness,
    )


def verdict_cells(verdict: Verdict) -> Cells:
    """`silent 42m: ...; the limit is 45m; kill in 02:10`; the state alone where no reason is given."""
    coming = coming_cells(verdict)
    if not verdict.why:
        return coming or (Cell(verdict.state.value, STATE_ROLES[verdict.state]),)
    return (Cell(quote(verdict.why)), Cell("; ", "muted"), *coming) if coming else (Cell(quote(verdict.why)),)


def coming_cells(verdict: Verdict) -> Cells:
    """`investigate in 07:12, kill in 22:10`: what comes next, with countdowns; nothing where nothing does."""
    if verdict.kill_due:
        return (Cell("killed by the next heartbeat", "danger"),)
    cells: list[Cell] = []
    coming, left = verdict.next_state, verdict.in_seconds
    last_step = verdict.kill_in is not None and (coming in (None, Health.OVERDUE, Health.KILLED) or left is None)
    if coming is not None and left is not None and not last_step:
        cells.append(Cell(f"{coming.value} in {countdown(left)}", STATE_ROLES[coming]))
    if verdict.kill_in is not None:
        before = ", " if cells else ""
        cells.append(Cell(f"{before}kill in {countdown(verdict.kill_in)}", "danger" if last_step else "muted"))
    if not cells and verdict.state is Health.WAITING and left is not None:
        cells.append(Cell(f"next try in {countdown(left)}", STATE_ROLES[verdict.state]))
    return tuple(cells)


def verdict_lines(verdict: Verdict | None, width: int, charset: Charset = UNICODE) -> tuple[Cells, ...]:
    """The verdict in as few lines as it needs, three at most; of a long reason the end gives way, never what comes."""
    if verdict is None or width <= 0:
        return ((),)
    cells, coming = verdict_cells(verdict), coming_cells(verdict)
    if cells_width(cells) <= width or not verdict.why:
        return (cells,)
    why = wrap(quote(verdict.why), width)
    joined = (Cell(f"{why[-1]}; "), *coming)
    if coming and cells_width(joined) <= width and len(why) <= VERDICT_LINES:
        return (*((Cell(line),) for line in why[:-1]), joined)
    room = VERDICT_LINES - bool(coming)
    if len(why) > room:
        why = [*why[: room - 1], f"{why[room - 1][: width - 1]}{charset.cut}"]
    return (*((Cell(line),) for line in why), *([coming] if coming else []))
