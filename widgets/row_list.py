"""A list of values, a row each: its cursor is on a value and not on a line, whatever comes and goes above it."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from widgets.cells import Cell, Cells, fit_cells
from widgets.line_list import LineList

Row = TypeVar("Row")


class RowList(LineList, Generic[Row]):
    """A list of values, one a line; where there is none, one line says so. Enter or a double click opens a row."""

    NOTHING: ClassVar[str] = ""
    """What stands there without rows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Shows these. The cursor stays on its row, and the row where it is on the screen; where the row has gone, the
        cursor is on the next one that was below it and is still there, else on the last one above.
        """
        before, place = self._rows, self.cursor_line
        self._rows = rows
        places = {self.identity(row): at for at, row in enumerate(rows)}
        near = (*before[place:], *reversed(before[:place]))
        line = next((places[key] for row in near if (key := self.identity(row)) in places), min(place, len(rows) - 1))
        top = self.scroll_offset.y
        self.lines_changed()
        self.set_reactive(RowList.cursor_line, max(0, line))
        if top:  # who is at the top sees what comes
            self.scroll_to(y=top + self.cursor_line - place, animate=False, force=True)
        if self.has_focus or self.CURSOR_STAYS:
            self.scroll_to_cursor()
        self.cursor_changed()

    def identity(self, row: Row) -> Hashable:
        """What a row is of, as long as it is the same thing: the cursor stays with it, wherever it stands."""
        raise NotImplementedError

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor_line] if self.cursor_line < len(self._rows) else None

    def row_cells(self, row: Row, width: int) -> Cells:
        """The cells of one row."""
        raise NotImplementedError

    def opened(self, row: Row) -> None:
        """A row is wanted: lists that can do something about it post their message here."""

    @property
    def line_count(self) -> int:
        return max(1, len(self._rows))

    def line_cells(self, index: int, width: int) -> Cells:
        if index >= len(self._rows):
            return fit_cells((Cell(f" {self.NOTHING}", "muted"),), width, self.charset.cut)
        return self.row_cells(self._rows[index], width)

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x
        if chain == 2:
            self.action_open()

    def action_open(self) -> None:
        if self.current is not None:
            self.opened(self.current)
