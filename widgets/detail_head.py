"""The fixed lines of the detail: the verdict with its countdown, the names of the tabs, the facts."""

from enum import StrEnum

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from swarm.model.health import Verdict
from swarm.model.snapshot import AgentView
from widgets.agent_row import spawns, verdict_cells
from widgets.cells import Cell, Cells, cells_width, fit_cells, quote, short_bytes
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of
from widgets.slot_board import meter_cells
from widgets.text_pane import wrap

_VERDICT_LINES = 3


class Tab(StrEnum):
    """The tabs, in the order of their keys 1 to 6."""

    PROGRESS = "progress"
    TRANSCRIPT = "transcript"
    TASK = "task"
    RESULTS = "results"
    PROCESS = "process"
    EVENTS = "events"


TABS = tuple(Tab)


def tab_cells(active: Tab, width: int) -> tuple[Cells, tuple[tuple[int, int, Tab], ...]]:
    """`[1 progress] 2 transcript 3 task ...`, and where each lies; figures alone for the others where it is narrow."""
    cells: list[Cell] = []
    spans: list[tuple[int, int, Tab]] = []
    for named in (True, False):
        cells, spans, at = [], [], 0
        for number, tab in enumerate(TABS, 1):
            if tab is active:
                cell = Cell(f"[{number} {tab.value}]", "strong")
            else:
                cell = Cell(f"{number} {tab.value}" if named else f"{number}", "muted")
            spans.append((at, at + len(cell.text), tab))
            cells += (cell, Cell(" "))
            at += len(cell.text) + 1
        if at - 1 <= width:
            break
    return fit_cells(cells, width), tuple(spans)


def verdict_lines(verdict: Verdict | None, width: int) -> tuple[Cells, ...]:
    """The verdict in as few lines as it needs; what comes next stands first."""
    if verdict is None or width <= 0:
        return ((),)
    cells = verdict_cells(verdict)
    if cells_width(cells) <= width or not verdict.why:
        return (cells,)
    *lead, why = cells
    head = cells_width(lead)
    if head >= width - 8:
        return (tuple(lead), *((Cell(line, why.role),) for line in wrap(why.text, width)))
    first, *rest = wrap("x" * head + why.text, width)  # the x stand in for what comes before the reason
    return ((*lead, Cell(first[head:], why.role)), *((Cell(line, why.role),) for line in rest))


def facts_cells(view: AgentView, charset: Charset = UNICODE) -> Cells:
    """`worker  pid 4211  cpu 0.0%  rss 310 MiB  2 children`, and the slot meter of whoever spawns."""
    cells: list[Cell] = [Cell(f"{quote(view.role, 30)}  ", "strong")]
    if spawns(view):
        cells += (*meter_cells(view.used, view.budget, charset), Cell("  "))
    if view.usage is not None:
        usage = view.usage
        pid = f"pid {usage.pid}  " if usage.pid is not None else ""
        cells.append(Cell(f"{pid}cpu {usage.cpu_percent:.1f}%  rss {short_bytes(usage.rss_bytes)}  "))
        if usage.processes > 1:
            cells.append(Cell(f"{usage.processes} processes  ", "muted"))
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
        return tab_cells(self.tab, width)[0]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for start, end, tab in tab_cells(self.tab, self.size.width)[1]:
            if start <= offset.x < end:
                event.stop()
                self.post_message(self.Pressed(tab))


class VerdictLine(CellLine):
    """Which rule holds, why, and what comes next in how long; two or three lines where one does not do."""

    DEFAULT_CSS = """
    VerdictLine { height: auto; max-height: 3; }
    """

    verdict: reactive[Verdict | None] = reactive(None)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return min(_VERDICT_LINES, len(verdict_lines(self.verdict, width)))

    def watch_verdict(self, old: Verdict | None, new: Verdict | None) -> None:
        width = self.size.width
        if len(verdict_lines(old, width)) != len(verdict_lines(new, width)):
            self.refresh(layout=True)

    def line_cells(self, y: int, width: int) -> Cells:
        lines = verdict_lines(self.verdict, width)
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
