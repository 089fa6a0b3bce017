"""A menu of which every row has a key of its own: pressing it picks the row, wherever the cursor is."""

from collections.abc import Hashable
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from widgets.cells import Cell, Cells, cells_width, fit_cells, quote, width_of
from widgets.check_list import MOVING_KEYS
from widgets.dialog import Dialog
from widgets.row_list import RowList

_LEAST = 8
"""Columns without which no preview is begun."""


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
    DEFAULT_CSS = "KeyList { height: 1fr; width: 1fr; background: $panel; margin-top: 1; }"

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

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport, width
        return self.line_count

    def identity(self, row: KeyRow) -> Hashable:
        return row.key

    def row_cells(self, row: KeyRow, width: int) -> Cells:
        title = row.title.ljust(self._column + len(row.title) - width_of(row.title))
        said = f"not now: {quote(row.refused, 200)}" if row.refused else quote(row.preview, 200)
        role = "muted" if row.refused else ""
        cells = (Cell(f" {row.key}  ", "muted" if row.refused else "accent"), Cell(f"{title}  ", role))
        beside = (Cell(said, "muted"),) if width - cells_width(cells) > _LEAST else ()
        return fit_cells((*cells, *beside), width, self.charset.cut)

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x, chain
        self.action_open()

    def opened(self, row: KeyRow) -> None:
        self.post_message(self.Picked(row))


class KeyMenu(Dialog[str | None]):
    """Dismissed with the key of the row that is picked, or None. A row that is refused says why, and stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", "Leave", show=False)]
    AUTO_FOCUS = "KeyList"
    FRESH_KEYS = frozenset()
    DEFAULT_CSS = """
    KeyMenu Frame { width: 76; }
    KeyMenu .note { margin-top: 1; }
    """

    def __init__(self, title: str, rows: tuple[KeyRow, ...], note: str = "") -> None:
        super().__init__(title)
        self.rows = rows
        self._note = note
        for row in rows:
            self._bindings.bind(row.key, f"pick('{row.key}')", show=False)

    def compose_body(self) -> ComposeResult:
        yield KeyList(self.rows)
        yield Static(Content(quote(self._note, 300)), classes="note")

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
