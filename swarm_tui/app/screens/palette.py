"""The palette: every act of the table in a line with its key, and every agent, found by what is typed."""

from collections.abc import Hashable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from swarm_tui.app.palette_matches import Offer, offers, refusals
from swarm_tui.app.screens.engine_calls import ActingScreen
from widgets.cells import Cell, Cells, cells_width, fit_cells, quote, width_of
from widgets.over_the_room import OverTheRoom
from widgets.row_list import RowList
from widgets.searched_pane import marked

KEY_COLUMN = 9
RECENT = 8
"""How many acts that were picked last lead an empty palette."""


class OfferList(RowList[Offer]):
    """The rows. One click picks; the keys stay in the line above it."""

    NOTHING = "no act and no agent is called so"
    CURSOR_STAYS = True
    can_focus = False

    words: tuple[str, ...] = ()
    """What was typed: marked where it occurs."""

    def show_offers(self, rows: list[Offer], words: tuple[str, ...]) -> None:
        """Shows these, the cursor on the first."""
        self._rows, self.words = rows, words
        self.cursor_line = 0
        self.scroll_home(animate=False, immediate=True)
        self.lines_changed()

    def identity(self, row: Offer) -> Hashable:
        return row.act or row.agent

    def row_cells(self, row: Offer, width: int) -> Cells:
        role = "muted" if row.refused else ""
        cells: list[Cell] = [Cell(row.title, role)]
        for word in self.words:
            cells = [part for cell in cells for part in (marked(cell, word) if cell.role == role else (cell,))]
        key = Cell(f" {row.key}{' ' * max(1, KEY_COLUMN - width_of(row.key))}", role or "accent")
        said = f"  not now: {quote(row.refused, 300)}" if row.refused else f"  {row.verb}" if row.verb else ""
        room = max(0, width - cells_width((key, *cells)))
        return fit_cells((key, *cells, Cell(said if room > 4 else "", "muted")), width, self.charset.cut)

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x, chain
        self.post_message(Input.Submitted(self.screen.query_one(Input), ""))


class PaletteScreen(OverTheRoom[Offer | None]):
    """Dismissed with what was picked. An act that is refused says why, and the palette stays."""

    CSS_PATH = "palette.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "leave", "leave", show=False, priority=True),
        Binding("up", "move(-1)", "up", show=False, priority=True),
        Binding("down", "move(1)", "down", show=False, priority=True),
        Binding("pageup", "move(-10)", "page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "page down", show=False, priority=True),
    ]

    def __init__(self, room: ActingScreen) -> None:
        super().__init__()
        self._room = room
        self._refused = refusals(room.acts, room.where())
        self.list = OfferList()

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Input(placeholder="what to do, or an agent's name")
            yield self.list

    def on_mount(self) -> None:
        self._show("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, typed: str) -> None:
        room = self._room
        rows = offers(typed, room.acts, self._refused, room.snapshot.agents, room.picked)
        self.list.show_offers(rows, tuple(typed.lower().split()))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        row = self.list.current
        if row is None:
            return
        if row.refused:
            self.notify(f"{row.title}: {quote(row.refused, 300)}", severity="warning", markup=False)
            return
        if row.act:
            rest = tuple(name for name in self._room.picked if name != row.act)
            self._room.picked = (row.act, *rest)[:RECENT]
        self.dismiss(row)

    def action_move(self, by: int) -> None:
        """Moves the cursor of the list."""
        self.list.move_cursor(by)

    def action_leave(self) -> None:
        """Leaves without picking."""
        self.dismiss(None)
