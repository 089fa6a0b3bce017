"""A list to choose from in a dialog: rows with boxes to tick, and the dialog over one."""

from collections.abc import Hashable, Iterable
from typing import ClassVar

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from widgets.cells import Cell, Cells, cells_width, fit_cells, width_of
from widgets.dialog import Dialog, Reserved
from widgets.over_the_room import T
from widgets.row_list import RowList
from widgets.short_names import fit_middle

MOVING_KEYS: tuple[Binding, ...] = (
    Binding("up,k", "cursor_up", "Up", show=False),
    Binding("down,j", "cursor_down", "Down", show=False),
    Binding("pageup", "page_up", "Page up", show=False),
    Binding("pagedown", "page_down", "Page down", show=False),
    Binding("ctrl+u", "half_page_up", "Half a page up", show=False),
    Binding("ctrl+d", "half_page_down", "Half a page down", show=False),
    Binding("home,g", "cursor_top", "Top", show=False),
    Binding("end,G", "cursor_bottom", "Bottom", show=False),
)
"""What moves the cursor of a list over the room, which the action table does not reach."""


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


class CheckList(RowList[CheckRow], can_focus=False):
    """Rows with boxes to tick. The focus stays with the dialog's answers: its keys are those of `TickDialog`."""

    CURSOR_STAYS = True
    NOTHING = "nothing"
    DEFAULT_CSS = """
    CheckList { height: 1fr; width: 1fr; background: $panel; margin-bottom: 1; }
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

    def __init__(self, rows: Iterable[CheckRow] = ()) -> None:
        super().__init__()
        self._rows = tuple(rows)
        self._ticked = {row.key for row in self._rows if row.ticked and not row.fixed}

    def _on_mount(self, event: events.Mount) -> None:
        super()._on_mount(event)
        self.lines_changed()
        self.cursor_changed()

    @property
    def rows(self) -> tuple[CheckRow, ...]:
        return tuple(self._rows)

    @property
    def ticked(self) -> tuple[str, ...]:
        """The keys of the ticked rows, in order."""
        return tuple(row.key for row in self._rows if row.key in self._ticked)

    @property
    def unticked(self) -> frozenset[str]:
        """The keys of the rows whose box is empty."""
        return frozenset(row.key for row in self._rows if not row.fixed and row.key not in self._ticked)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport, width
        return self.line_count

    def identity(self, row: CheckRow) -> Hashable:
        return row.key

    def row_cells(self, row: CheckRow, width: int) -> Cells:
        first = (self.box(row), Cell(" "), *row.cells[:-1])
        last = row.cells[-1]  # a sentence: its beginning says why, and its end what follows
        said = fit_middle(last.text, max(0, width - cells_width(first)), self.charset.cut)
        return fit_cells((*first, last._replace(text=said)), width, self.charset.cut)

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


class TickDialog(Dialog[T]):
    """A question about rows. Up and down move in them, space ticks; left and right go between the answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(each.key, f"in_list({each.action!r})", each.description, show=False) for each in MOVING_KEYS),
        Binding("space", "in_list('tick')", "Tick", show=False),
        Binding("y", "yes", "Yes", show=False),
        Binding("n,q", "leave", "No", show=False),
    ]
    DEFAULT_CSS = """
    TickDialog Frame { width: 94%; max-width: 120; }
    TickDialog #chosen { margin-bottom: 1; }
    """

    def __init__(self, title: str, rows: Iterable[CheckRow]) -> None:
        super().__init__(title)
        self.rows = CheckList(rows)
        self._chosen = Reserved([row.full for row in self.rows.rows], id="chosen")

    def compose_body(self) -> ComposeResult:
        yield from self.compose_head()
        yield self.rows
        yield self._chosen
        yield from self.compose_foot()

    def compose_head(self) -> ComposeResult:
        """What stands above the rows."""
        yield from ()

    def compose_foot(self) -> ComposeResult:
        """What stands between the rows and the answers."""
        yield from ()

    @on(CheckList.Moved)
    def _row_moved(self, event: CheckList.Moved) -> None:
        self._chosen.update(Content(event.row.full if event.row is not None else ""))

    def given(self, answer: str) -> None:
        del answer
        self.action_yes()

    def action_yes(self) -> None:
        """Does it, with what is ticked."""
        raise NotImplementedError

    def action_in_list(self, action: str) -> None:
        """An action of the list, by name."""
        getattr(self.rows, f"action_{action}")()
