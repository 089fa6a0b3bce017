"""A list to choose from in a dialog: rows with boxes to tick, or rows of which one is picked."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from widgets.cells import Cell, Cells, fit_cells, width_of
from widgets.line_list import LineList

MOVING_KEYS: tuple[Binding, ...] = (
    Binding("up,k", "cursor_up", "Up", show=False),
    Binding("down,j", "cursor_down", "Down", show=False),
    Binding("pageup,ctrl+u", "page_up", "Page up", show=False),
    Binding("pagedown,ctrl+d", "page_down", "Page down", show=False),
    Binding("home,g", "cursor_top", "Top", show=False),
    Binding("end,G", "cursor_bottom", "Bottom", show=False),
)
"""What moves the cursor of a list in a dialog, which the action table does not reach."""


class CheckRow(Struct, frozen=True):
    """A row: `key` names it, `cells` say what it is. The caller cleans texts in cells."""

    key: str
    cells: Cells
    ticked: bool = True
    fixed: bool = False
    """It has no box: a heading, or a step that cannot be left out."""
    full: str = ""
    """All that there is to say of it, for the place below the list; cleaned by the caller."""


def column(texts: Iterable[str], most: int) -> int:
    """How wide a column of these texts is, `most` at most."""
    return min(most, max(map(width_of, texts), default=0))


class CheckList(LineList):
    """Rows with boxes. Space or a click ticks, `enter` applies."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING_KEYS,
        Binding("space", "tick", "Tick", show=False),
        Binding("enter", "apply", "Apply", show=False),
    ]
    DEFAULT_CSS = """
    CheckList { height: auto; max-height: 1fr; width: 1fr; }
    """

    class Toggled(Message):
        """A box was ticked or unticked."""

        def __init__(self, key: str, ticked: bool) -> None:
            super().__init__()
            self.key = key
            self.ticked = ticked

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, row: CheckRow | None) -> None:
            super().__init__()
            self.row = row

    class Applied(Message):
        """Enter: what is ticked is wanted."""

        def __init__(self, check_list: "CheckList") -> None:
            super().__init__()
            self.check_list = check_list

    def __init__(self, rows: Iterable[CheckRow] = ()) -> None:
        super().__init__()
        self._rows: tuple[CheckRow, ...] = tuple(rows)
        self._ticked = {row.key for row in self._rows if row.ticked and not row.fixed}

    def _on_mount(self, event: events.Mount) -> None:
        super()._on_mount(event)
        self.lines_changed()
        self.cursor_changed()

    @property
    def rows(self) -> tuple[CheckRow, ...]:
        return self._rows

    @property
    def current(self) -> CheckRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor_line] if self.cursor_line < len(self._rows) else None

    @property
    def ticked(self) -> tuple[str, ...]:
        """The keys of the ticked rows, in order."""
        return tuple(row.key for row in self._rows if row.key in self._ticked)

    @property
    def unticked(self) -> frozenset[str]:
        """The keys of the rows whose box is empty."""
        return frozenset(row.key for row in self._rows if not row.fixed and row.key not in self._ticked)

    @property
    def line_count(self) -> int:
        return max(1, len(self._rows))

    def line_cells(self, index: int, width: int) -> Cells:
        if index >= len(self._rows):
            return fit_cells((Cell(" nothing", "muted"),), width, self.charset.cut)
        row = self._rows[index]
        return fit_cells((self.box(row), Cell(" "), *row.cells), width, self.charset.cut)

    def box(self, row: CheckRow) -> Cell:
        """What stands before a row."""
        if row.fixed:
            return Cell(self.charset.fixed, "muted")
        ticked = row.key in self._ticked
        return Cell(self.charset.ticked if ticked else self.charset.unticked, "accent" if ticked else "muted")

    def cursor_changed(self) -> None:
        self.post_message(self.Moved(self.current))

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x, chain
        self.action_tick()

    def action_tick(self) -> None:
        row = self.current
        if row is not None and not row.fixed:
            self._ticked ^= {row.key}
            self.repaint_line(self.cursor_line)
            self.post_message(self.Toggled(row.key, row.key in self._ticked))

    def action_apply(self) -> None:
        self.post_message(self.Applied(self))


class PickList(CheckList):
    """Rows of which one is picked: enter or a double click."""

    DEFAULT_CSS = """
    PickList { height: auto; max-height: 1fr; width: 1fr; }
    """

    class Picked(Message):
        """This row is wanted."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def box(self, row: CheckRow) -> Cell:
        return Cell(f" {self.charset.fold} " if row is self.current else "   ", "accent")

    def cursor_changed(self) -> None:
        super().cursor_changed()
        self.refresh()

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x
        if chain == 2:
            self.action_apply()

    def action_tick(self) -> None:
        self.action_apply()

    def action_apply(self) -> None:
        row = self.current
        if row is not None and not row.fixed:
            self.post_message(self.Picked(row.key))
