"""A list of values, one a line: the base of alerts, audit records and the timeline."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from widgets.cells import Cell, Cells, fit_cells
from widgets.line_list import LineList

Row = TypeVar("Row")


class RowList(LineList, Generic[Row]):
    """One line a row, and one that says so where there is none. Enter or a double click opens the row."""

    NOTHING: ClassVar[str] = ""
    """What stands there without rows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()

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
