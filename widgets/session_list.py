"""Sessions of agent programs that run beside the swarm, one a line."""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from swarm.model.listed import ListedSession
from widgets.cells import Cell, Cells, fit, fit_cells, fit_tail, quote, short_duration
from widgets.check_list import MOVING_KEYS
from widgets.row_list import RowList


class SessionList(RowList[ListedSession]):
    """What programs list, the oldest first."""

    DEFAULT_CSS = """
    SessionList { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MOVING_KEYS]
    BORDER_TITLE = "sessions"
    NOTHING = "nothing runs beside this swarm"

    class Picked(Message):
        """Enter or a double click: this session is wanted."""

        def __init__(self, session: ListedSession) -> None:
            super().__init__()
            self.session = session

    def __init__(self, now: float) -> None:
        """now: wall seconds."""
        super().__init__()
        self._now = now

    def set_sessions(self, sessions: Sequence[ListedSession]) -> None:
        """Shows these."""
        self.set_rows(tuple(sessions))

    def identity(self, row: ListedSession) -> Hashable:
        return row.program, row.key

    def row_cells(self, row: ListedSession, width: int) -> Cells:
        cells = [
            Cell(f" {fit(quote(row.key, 40), 8, self.charset.cut)} ", "muted"),
            Cell(fit(quote(row.program, 20), 9, self.charset.cut)),
            Cell(fit(quote(row.kind, 20), 12, self.charset.cut), "notice"),
            Cell(fit(quote(row.status, 20), 7, self.charset.cut)),
            Cell(fit(short_duration(max(0.0, self._now - row.started_at)), 7, self.charset.cut), "muted"),
        ]
        if width >= 80:
            cells.append(Cell(f"{fit_tail(quote(row.cwd, 300), 30, self.charset.cut)} "))
        cells.append(Cell(quote(row.name, 200), "quote"))
        return fit_cells(cells, width, self.charset.cut)

    def opened(self, row: ListedSession) -> None:
        self.post_message(self.Picked(row))
