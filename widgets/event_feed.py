"""The audit log: which actor did what to which agent, and what was refused."""

from collections.abc import Hashable, Iterable
from typing import ClassVar

from msgspec import Struct
from textual.binding import BindingType
from textual.message import Message

from widgets.cells import Cell, Cells, clock_text, fit, fit_cells, fit_tail, quote
from widgets.charset import UNICODE, Charset
from widgets.check_list import MOVING_KEYS
from widgets.row_list import RowList


class EventRow(Struct, frozen=True):
    """One audit record to show. `at` is wall seconds; None where the record has none that can be read."""

    seq: int
    at: float | None
    actor: str
    verb: str
    agent: str = ""
    spawn_id: str = ""
    ok: bool = True
    code: str = ""
    reason: str = ""


def event_cells(event: EventRow, width: int, charset: Charset = UNICODE) -> Cells:
    """One record: time, verb, actor, agent, and why; a refusal carries a sign and its code."""
    mark = Cell(charset.ended, "good") if event.ok else Cell(charset.failed, "danger")
    cells = [Cell(f"{clock_text(event.at)} ", "muted"), mark, Cell(" ")]
    cells += (Cell(fit(quote(event.verb, 40), 11, charset.cut), "" if event.ok else "danger"), Cell(" "))
    if width >= 40:
        cells += (Cell(fit_tail(quote(event.agent, 200), 14 if width < 80 else 24, charset.cut)), Cell(" "))
    if width >= 60:
        cells.append(Cell(f"by {quote(event.actor, 60)} ", "muted"))
    if event.code:
        cells.append(Cell(f"{quote(event.code, 40)} ", "notice" if event.ok else "danger"))
    cells.append(Cell(quote(event.reason), "quote"))
    return fit_cells(cells, width, charset.cut)


class EventFeed(RowList[EventRow]):
    """Audit records, the newest at the end, where the cursor begins."""

    DEFAULT_CSS = """
    EventFeed { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MOVING_KEYS]
    BORDER_TITLE = "events"
    NOTHING = "nothing recorded yet"

    class Picked(Message):
        """Enter or a double click: the agent of this record is wanted."""

        def __init__(self, event: EventRow) -> None:
            super().__init__()
            self.event = event

    def set_events(self, events: Iterable[EventRow]) -> None:
        """Shows these records instead of all that were there."""
        is_first = not self._rows
        self.set_rows(tuple(events))
        if is_first:
            self.action_cursor_bottom()

    def identity(self, row: EventRow) -> Hashable:
        return row.seq

    def row_cells(self, row: EventRow, width: int) -> Cells:
        return event_cells(row, width, self.charset)

    def opened(self, row: EventRow) -> None:
        self.post_message(self.Picked(row))
