"""A menu of which every row has a key of its own: pressing it picks the row, wherever the cursor is."""

from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Label

from widgets.cells import Cell, Cells, fit_cells, quote, width_of
from widgets.check_list import MOVING_KEYS
from widgets.line_list import RowList


class KeyRow(Struct, frozen=True):
    """A row of a menu. Texts are cleaned where they are drawn."""

    key: str
    """One printable character, none of the keys that move the cursor."""
    title: str
    preview: str = ""
    """What would come of it."""
    refused: str = ""
    """Why it cannot be picked now; '' where it can."""


class KeyList(RowList[KeyRow]):
    """The rows. One click picks."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVING_KEYS, Binding("enter", "open", "Pick", show=False)]
    DEFAULT_CSS = "KeyList { height: auto; max-height: 1fr; width: 1fr; background: $panel; }"

    class Picked(Message):
        """This row is wanted."""

        def __init__(self, row: KeyRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, rows: tuple[KeyRow, ...]) -> None:
        super().__init__()
        self._rows = rows
        self._column = max((width_of(row.title) for row in rows), default=0)

    def on_mount(self) -> None:
        self.lines_changed()

    def row_cells(self, row: KeyRow, width: int) -> Cells:
        title = row.title.ljust(self._column + len(row.title) - width_of(row.title))
        said = f"not now: {quote(row.refused, 200)}" if row.refused else quote(row.preview, 200)
        role = "muted" if row.refused else ""
        cells = (Cell(f" {row.key}  ", "muted" if row.refused else "accent"), Cell(f"{title}  ", role))
        return fit_cells((*cells, Cell(said, "muted")), width, self.charset.cut)

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x, chain
        self.action_open()

    def opened(self, row: KeyRow) -> None:
        self.post_message(self.Picked(row))


class KeyMenu(ModalScreen[str | None]):
    """Dismissed with the key of the row that is picked, or None. A row that is refused says why, and stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "Leave", show=False)]
    AUTO_FOCUS = "KeyList"
    DEFAULT_CSS = """
KeyMenu {
    align: center middle;
    & > .dialog {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $panel; border: round $primary; padding: 0 1;
    }
    & .question { width: 1fr; height: auto; text-style: bold; margin-bottom: 1; }
    & .note { width: 1fr; height: auto; color: $muted; margin-top: 1; }
}
"""

    def __init__(self, title: str, rows: tuple[KeyRow, ...], note: str = "") -> None:
        super().__init__()
        self.rows = rows
        self._title = title
        self._note = note
        for row in rows:
            self._bindings.bind(row.key, f"pick('{row.key}')", show=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(Content(quote(self._title, 300)), classes="question")
            yield KeyList(self.rows)
            yield Label(Content(quote(self._note, 300)), classes="note")

    @on(KeyList.Picked)
    def _picked(self, event: KeyList.Picked) -> None:
        self.action_pick(event.row.key)

    def action_pick(self, key: str) -> None:
        """Picks the row of a key."""
        row = next(row for row in self.rows if row.key == key)
        if row.refused:
            self.notify(f"{row.title}: {quote(row.refused, 300)}", severity="warning", markup=False)
        else:
            self.dismiss(key)

    def action_leave(self) -> None:
        """Leaves without picking."""
        self.dismiss(None)
