"""`status` for people: the tree as lines of cells, and the swarm in one line under 40 columns."""

from collections.abc import Collection, Iterator, Mapping

from swarm.formatting import plural, spell_clock
from swarm.model.health import Verdict
from swarm.model.heart import BY_HAND, Heart, HeartState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.rules.attention import attention
from swarm.rules.budgets.allocation import words_of_kept
from swarm.rules.costs import spent
from swarm_tui.cli.selection import Selection
from widgets.agent_row import RowState, row
from widgets.agent_sentence import sentence_cells
from widgets.cells import Cell, Cells, cells_width, fit_cells, short_duration, short_id, short_money
from widgets.cells import width_of as columns_of
from widgets.charset import Charset
from widgets.need_words import need_cell
from widgets.tally import Tally
from widgets.tree_columns import WIDTHS, Column, Columns, columns_for, headings
from widgets.tree_order import SortMode, TreeIndex, in_order
from widgets.tree_over import branches_over

LINE_COLUMNS = 39
SHOWN_ALERTS = 8
SHOWN_COLUMNS = (Column.STATE, Column.AGE, Column.USEFUL, Column.OUTPUTS, Column.SLOTS, Column.SAYS)


def counts(snapshot: Snapshot, verdicts: Mapping[str, Verdict]) -> Tally:
    """What the control room's status line counts too: who runs, and who needs a person."""
    tally = Tally()
    tally.count(snapshot, verdicts)
    return tally


def tree(
    snapshot: Snapshot,
    verdicts: Mapping[str, Verdict],
    now: Now,
    heart: Heart,
    charset: Charset,
    width: int | None,
    selection: Selection | None = None,
) -> Iterator[Cells]:
    """The whole swarm, a line at a time: header, slots, agents as they hang together, open alerts.

    width: of the terminal; None leaves every line whole. selection: the agents that are wanted; None for all.
    """
    for line_cells in (*_header(snapshot, verdicts, now, heart, charset), *_problems(snapshot)):
        yield _fitted(line_cells, width, charset)
    placed = list(_placed(snapshot, verdicts, now, charset, selection))
    columns = _columns(placed, verdicts, width, charset)
    if placed:
        yield headings(columns, "agent", {}, charset)
    for view, state in placed:
        yield row(view, verdicts[view.id], now, columns, state, charset)
    if not placed:
        yield (Cell("no agent matches" if snapshot.agents else "no agents", "muted"),)
    wanted = None if selection is None else selection.ids(snapshot)
    for line_cells in _alerts(snapshot, now, wanted):
        yield _fitted(line_cells, width, charset)


def _fitted(cells: Cells, width: int | None, charset: Charset) -> Cells:
    return cells if width is None else fit_cells(cells, width, charset.cut)


def _placed(
    snapshot: Snapshot, verdicts: Mapping[str, Verdict], now: Now, charset: Charset, selection: Selection | None
) -> Iterator[tuple[AgentView, RowState]]:
    """The agents that are shown, each with where it stands."""
    views, root = snapshot.agents, snapshot.root
    if selection is not None and selection.problems:
        for at in in_order(
            selection.places, views, verdicts, SortMode.STATE, needs=attention(snapshot, verdicts).agents
        ):
            yield views[at], RowState(label=short_id(views[at].id, root), root=views[at].id == root)
        return
    index = TreeIndex(views)
    wanted = None if selection is None else selection.places
    for each in index.lines(charset, last_ones=branches_over(index, now), wanted=wanted):
        view = views[each.at]
        yield view, RowState(each.guides, root=view.id == root, context=each.context)


def line(snapshot: Snapshot, verdicts: Mapping[str, Verdict], now: Now, heart: Heart, charset: Charset) -> str:
    """The swarm in 39 columns at most, for a status bar. What needs a person comes first, and is dropped last."""
    tally, slots = counts(snapshot, verdicts), snapshot.slots
    found = tally.attention
    next_at = spell_clock(heart.next_at, heart.next_at) if heart.next_at is not None else ""
    parts = (
        stopped_words(heart),
        need_cell(found.count, found.severity, charset, "").text if found.count else "",
        f"{charset.running}{tally.running}",
        f"{slots.committed}/{slots.max}",
        f"next at {next_at}" if next_at else "",
        f"{charset.heart}{snapshot.heartbeat_n}",
        money(snapshot, now),
    )
    said = ""
    for part in parts:
        longer = f"{said} {part}".strip()
        if len(longer) <= LINE_COLUMNS:
            said = longer
    return said


def stopped_words(heart: Heart) -> str:
    """`HEART STOPPED 34m`; '' while it beats, or need not."""
    return f"HEART STOPPED {short_duration(heart.stopped_s)}" if heart.stopped_s is not None else ""


def money(snapshot: Snapshot, now: Now) -> str:
    """What the swarm costs in an hour: `$3.10/h`, `$3.10+?/h` where some run at no known price; '' for none."""
    total = spent(snapshot, now)
    if total.cost_per_hour is None or not (total.cost_usd or total.unpriced):
        return "$?/h" if total.unpriced else ""
    return f"{short_money(total.cost_per_hour)}{'+?' if total.unpriced else ''}/h"


def _columns(
    placed: list[tuple[AgentView, RowState]], verdicts: Mapping[str, Verdict], width: int | None, charset: Charset
) -> Columns:
    """The columns of a terminal; without one, columns in which no name and no sentence is cut."""
    name = sentence = 0
    for view, state in placed:
        shown = columns_of(state.label or view.name) + 4
        name = max(name, len(state.guides) + shown, 2 * len(state.guides) if width is None else 0)
        if width is None:
            sentence = max(sentence, cells_width(sentence_cells(view, verdicts[view.id], charset)))
    figures = max((len(str(view.budget)) for view, _ in placed), default=2)
    if width is not None:
        return columns_for(width, name, wanted=SHOWN_COLUMNS, figures=figures)
    widths = {**WIDTHS, Column.SLOTS: max(WIDTHS[Column.SLOTS], 2 * figures + 1), Column.SAYS: sentence}
    parts = tuple((column, widths[column]) for column in SHOWN_COLUMNS)
    return Columns(1 + name + sum(1 + each for _, each in parts), name, parts)


def _header(
    snapshot: Snapshot, verdicts: Mapping[str, Verdict], now: Now, heart: Heart, charset: Charset
) -> Iterator[Cells]:
    beats = [Cell(f"  {charset.heart} {snapshot.heartbeat_n}")]
    if snapshot.heartbeat_last_at is not None:
        beats.append(Cell(f"  last at {spell_clock(snapshot.heartbeat_last_at, now.wall)}", "muted"))
    if stopped := stopped_words(heart):
        beats.append(Cell(f"  {stopped}", "danger"))
    elif heart.state is HeartState.BEATING:
        beats.append(Cell("  beating", "notice"))
    elif heart.next_at is not None:
        beats.append(Cell(f"  next at {spell_clock(heart.next_at, heart.next_at)}", "muted"))
    else:
        beats.append(Cell(f"  {BY_HAND}", "notice"))
    tally = counts(snapshot, verdicts)
    counted = [Cell(f"  {charset.running} running {tally.running}", "good")]
    found = tally.attention
    if found.count or heart.stopped_s is None:
        counted += [Cell("  "), need_cell(found.count, found.severity, charset)]
    yield (Cell(snapshot.home, "strong"), *beats, *counted)
    slots = snapshot.slots
    yield (
        Cell("slots  "),
        Cell(f"{slots.committed}/{slots.max} committed  {slots.used} used  {slots.free} free  {slots.reserve} reserve"),
        *((Cell(f"  {words_of_kept(slots.kept)}", "muted"),) if slots.kept else ()),
        *_spent(snapshot, now),
    )


def _spent(snapshot: Snapshot, now: Now) -> Iterator[Cell]:
    total = spent(snapshot, now)
    if not total.tokens:
        return
    unknown = f" and {plural(total.unpriced, 'agent')} at no known price" if total.unpriced else ""
    cost = f"  {short_money(total.cost_usd)}{unknown}" if total.cost_usd or not total.unpriced else "  cost unknown"
    rate = f"  {money(snapshot, now)}" if total.cost_per_hour is not None and total.cost_usd else ""
    yield Cell(f"  {total.tokens:,} tokens{cost}{rate}", "muted")


def _problems(snapshot: Snapshot) -> Iterator[Cells]:
    if snapshot.pulse.access_why:
        yield (Cell(f"{snapshot.pulse.access.value}: ", "warning"), Cell(snapshot.pulse.access_why))
    for agent_id, problem in snapshot.problems:
        yield (Cell(f"{problem.code}  ", "warning"), Cell(f"{agent_id}  " if agent_id else ""), Cell(problem.text))


def _alerts(snapshot: Snapshot, now: Now, wanted: Collection[str] | None) -> Iterator[Cells]:
    unseen = [alert for alert in snapshot.alerts if alert.acked_at is None]
    if wanted is not None:
        others = {view.id for view in snapshot.agents}.difference(wanted)
        unseen = [alert for alert in unseen if alert.agent not in others]
    if unseen:
        yield (Cell(f"alerts  {len(unseen)} open", "strong"),)
    for alert in unseen[-SHOWN_ALERTS:]:
        times = f" ({alert.count} times)" if alert.count > 1 else ""
        yield (
            Cell(f"  {spell_clock(alert.last_at, now.wall)}  ", "muted"),
            Cell(f"{alert.cause}  ", "warning"),
            Cell(f"{alert.agent}  " if alert.agent else ""),
            Cell(f"{alert.text}{times}", "quote"),
        )
