"""The fixed lines of the detail: the verdict with its countdown, what the program does, the tabs, the facts."""

from enum import StrEnum

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from swarm.model.activity import ActivityState, OpenTool
from swarm.model.health import Verdict
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.costs import Spending
from widgets.agent_words import changes_cells, spawns
from widgets.cells import (
    Cell,
    Cells,
    cells_width,
    fit_cells,
    quote,
    short_bytes,
    short_count,
    short_duration,
    short_money,
    width_of,
)
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of
from widgets.own_keys import KeyOf, keys_of
from widgets.slot_board import meter_cells
from widgets.verdict_words import verdict_lines

FULL_CONTEXT = 0.8
"""Above this share of its context a program is soon to sum up and forget."""
_QUIET_S = 5.0
_SESSION = 8
"""Characters of a session's name that are shown here; the tab of the process has all of it."""


class Tab(StrEnum):
    """The tabs, in the order of their keys 1 to 6."""

    PROGRESS = "progress"
    TRANSCRIPT = "transcript"
    TASK = "task"
    RESULTS = "results"
    PROCESS = "process"
    EVENTS = "events"


TABS = tuple(Tab)


def tab_cells(active: Tab, width: int, key_of: KeyOf) -> tuple[Cells, tuple[tuple[int, int, Tab], ...]]:
    """`[1 progress] 2 transcript 3 task ...`, and where each lies; keys alone for the others where it is narrow."""
    cells: list[Cell] = []
    spans: list[tuple[int, int, Tab]] = []
    for named in (True, False):
        cells, spans, at = [], [], 0
        for tab in TABS:
            key = key_of(f"tab_{tab.value}")
            if tab is active:
                cell = Cell(f"[{key} {tab.value}]", "strong")
            else:
                cell = Cell(f"{key} {tab.value}" if named else key, "muted")
            spans.append((at, at + width_of(cell.text), tab))
            cells += (cell, Cell(" "))
            at += width_of(cell.text) + 1
        if at - 1 <= width:
            break
    return fit_cells(cells, width), tuple(spans)


def facts_cells(view: AgentView, charset: Charset = UNICODE) -> Cells:
    """`worker  pid 4211  cpu 0.0%  rss 310 MiB  2 children`, and the slot meter of an agent that spawns."""
    cells: list[Cell] = [Cell(f"{quote(view.role, 30)}  ", "strong")]
    if spawns(view):
        cells += (*meter_cells(view.used, view.budget, charset), Cell("  "))
    if view.usage is not None:
        usage = view.usage
        pid = f"pid {usage.pid}  " if usage.pid is not None else ""
        cells.append(Cell(f"{pid}cpu {usage.cpu_percent:.1f}%  rss {short_bytes(usage.rss_bytes)}  "))
        if usage.processes > 1:
            cells.append(Cell(f"{usage.processes} processes  ", "muted"))
    cells += changes_cells(view.changes)
    if view.children:
        cells.append(Cell(f"{view.children} {'child' if view.children == 1 else 'children'}", "muted"))
    return tuple(cells)


class TabLine(CellLine):
    """The names of the tabs; click one to show it."""

    DEFAULT_CSS = """
    TabLine { height: 1; }
    """

    tab: reactive[Tab] = reactive(Tab.PROGRESS)

    class Pressed(Message):
        """A tab's name was clicked."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def line_cells(self, y: int, width: int) -> Cells:
        del y
        return tab_cells(self.tab, width, keys_of(self))[0]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for start, end, tab in tab_cells(self.tab, self.size.width, keys_of(self))[1]:
            if start <= offset.x < end:
                event.stop()
                self.post_message(self.Pressed(tab))


class VerdictLine(CellLine):
    """Why it is judged so, and what comes next in how long; two or three lines where one does not do."""

    DEFAULT_CSS = """
    VerdictLine { height: auto; max-height: 3; }
    """

    verdict: reactive[Verdict | None] = reactive(None, repaint=False)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return len(verdict_lines(self.verdict, width))

    def watch_verdict(self, old: Verdict | None, new: Verdict | None) -> None:
        width = self.size.width
        before, after = verdict_lines(old, width), verdict_lines(new, width)
        if before != after:  # an age that is said in minutes need not be drawn each second
            self.refresh(layout=len(before) != len(after))

    def line_cells(self, y: int, width: int) -> Cells:
        lines = verdict_lines(self.verdict, width, charset_of(self))
        return fit_cells(lines[y], width, charset_of(self).cut) if y < len(lines) else ()


class FactsLine(CellLine):
    """Role, slots, pid, processor, memory, children."""

    DEFAULT_CSS = """
    FactsLine { height: 1; }
    """

    view: reactive[AgentView | None] = reactive(None)

    def line_cells(self, y: int, width: int) -> Cells:
        del y
        charset = charset_of(self)
        return fit_cells(facts_cells(self.view, charset), width, charset.cut) if self.view is not None else ()


def used_cells(view: AgentView, below: Spending | None = None) -> Cells:
    """`opus  128.4k tok  $1.24  context 42%  session 5f0c2a6e`; nothing of a program that does not report it.

    below: what it and everything below it have used up; shown of an agent that has others below it.
    """
    activity, tokens = view.activity, view.tokens
    cells: list[Cell] = []
    if activity is not None and activity.model:
        other = bool(activity.ordered_model) and not _same_model(activity.model, activity.ordered_model)
        cells.append(Cell(f"{quote(activity.model, 40)}  ", "warning" if other else "strong"))
    if tokens is not None and tokens.total:
        cells.append(Cell(f"{short_count(tokens.total)} tok  "))
        cells.append(Cell(f"{short_money(view.cost_usd)}  ", "notice" if view.cost_usd is None else ""))
    if activity is not None and activity.context is not None:
        cells.append(_context_cell(activity.context, activity.context_limit))
    if below is not None and view.children and below.tokens_below:
        partly = "+?" if below.partial and below.cost_below is not None else ""
        words = f"with all below it {short_count(below.tokens_below)} tok {short_money(below.cost_below)}{partly}"
        cells.append(Cell(f"{words}  ", "muted"))
    if activity is not None and activity.session:
        cells.append(Cell(f"session {quote(activity.session, 60)[:_SESSION]}", "muted"))
    return tuple(cells)


def _same_model(one: str, other: str) -> bool:
    """An order by a short name (`opus`), or with a size in brackets, names the same model."""
    one, other = one.partition("[")[0], other.partition("[")[0]
    return one in other or other in one


def _context_cell(context: int, limit: int | None) -> Cell:
    if not limit:
        return Cell(f"context {short_count(context)}  ", "muted")
    share = context / limit
    return Cell(f"context {min(999, round(100 * share))}%  ", "warning" if share >= FULL_CONTEXT else "muted")


def doing_cells(view: AgentView, now: Now, charset: Charset = UNICODE, *, why: str = "") -> Cells:
    """`in Bash 4m: make test`, `retrying 3/10: 529 overloaded`, `waiting for the model 40s`, how its turn ended.

    why: the verdict's words, which stand above; what they say is not repeated.
    """
    activity = view.activity
    if activity is None:
        return ()
    cells: list[Cell] = [] if _is_said(activity, why) else list(_state_cells(activity, now, charset))
    if activity.subagents:
        count = len(activity.subagents)
        cells.append(
            Cell(f"{'  ' if cells else ''}{charset.ghost} {count} sub-agent{'s' if count > 1 else ''}", "notice")
        )
    if activity.denials:
        cells.append(Cell(f"{'  ' if cells else ''}{charset.failed} {activity.denials} denied", "warning"))
    return tuple(cells)


def _is_said(activity: ActivityState, why: str) -> bool:
    if activity.retrying:
        return activity.retrying in why
    return any(f"in {tool.tool} for " in why for tool in activity.open_tools if not tool.parent)


def _state_cells(activity: ActivityState, now: Now, charset: Charset) -> Cells:
    own = [tool for tool in activity.open_tools if not tool.parent]
    if activity.retrying:
        tries = f" {activity.retries}" + (f"/{activity.retries_limit}" if activity.retries_limit else "")
        return (Cell(f"retrying{tries if activity.retries else ''}: ", "notice"), Cell(quote(activity.retrying, 200)))
    if own:
        return _tool_cells(own, now)
    if activity.in_turn:
        silent = now.wall - activity.last_at if activity.last_at else 0.0
        waited = f" {short_duration(silent)}" if silent >= _QUIET_S else ""
        return (Cell(f"waiting for the model{waited}", "muted"),)
    end = activity.turn_end
    if end is None:
        return ()
    if end.ok:
        return (Cell(f"{charset.ended} its turn has ended", "muted"),)
    return (Cell(f"{charset.failed} its turn failed: ", "danger"), Cell(quote(end.why, 200)))


def _tool_cells(own: list[OpenTool], now: Now) -> Cells:
    tool = own[0]  # the oldest: what holds it up
    more = f"  +{len(own) - 1}" if len(own) > 1 else ""
    since = f" {short_duration(now.wall - tool.since)}" if tool.since and now.wall >= tool.since else ""
    words = quote(tool.text, 200)
    lead = f"in {quote(tool.tool, 60)}{since}"
    return (Cell(f"{lead}: " if words else lead, "accent"), Cell(words, "quote"), Cell(more, "muted"))


def activity_lines(used: Cells, doing: Cells, width: int) -> tuple[Cells, ...]:
    """Both in one line where that is possible, else what it does first; no line where nothing is known."""
    there = [cells for cells in (doing, used) if cells]
    if len(there) == 2 and cells_width(doing) + 3 + cells_width(used) <= width:
        gap = width - cells_width(doing) - cells_width(used)
        return ((*doing, Cell(" " * gap), *used),)
    return tuple(there)


class ActivityLine(CellLine):
    """One or two lines, or none where the program reports nothing."""

    DEFAULT_CSS = """
    ActivityLine { height: auto; max-height: 2; }
    """

    said: reactive[tuple[Cells, Cells]] = reactive(((), ()))
    """What it has used up, and what it is doing."""

    def show(self, view: AgentView | None, now: Now, below: Spending | None = None, why: str = "") -> None:
        """Show this agent; what looks the same is not drawn again. why: the words of its verdict."""
        said: tuple[Cells, Cells] = ((), ())
        if view is not None:
            said = (used_cells(view, below), doing_cells(view, now, charset_of(self), why=why))
        self.said = said

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return len(activity_lines(*self.said, width))

    def watch_said(self, old: tuple[Cells, Cells], new: tuple[Cells, Cells]) -> None:
        width = self.size.width
        if len(activity_lines(*old, width)) != len(activity_lines(*new, width)):
            self.refresh(layout=True)

    def line_cells(self, y: int, width: int) -> Cells:
        lines = activity_lines(*self.said, width)
        return fit_cells(lines[y], width, charset_of(self).cut) if y < len(lines) else ()
