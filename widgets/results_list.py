"""The results inbox as lines: who reported or ended, the newest first, and whether somebody has seen to it."""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from swarm.model.results_inbox import ResultsEntry
from widgets.cells import Cells
from widgets.check_list import MOVING_KEYS
from widgets.results_row import entry_cells
from widgets.row_list import RowList


class ResultsList(RowList[ResultsEntry]):
    """Entries of the results inbox, the newest at the top."""

    DEFAULT_CSS = """
    ResultsList { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MOVING_KEYS]
    BORDER_TITLE = "results"
    NOTHING = "nothing waits here"
    CURSOR_STAYS: ClassVar[bool] = True

    class Highlighted(Message):
        """The cursor is on this entry; None where there is none."""

        def __init__(self, entry: ResultsEntry | None) -> None:
            super().__init__()
            self.entry = entry

    class Picked(Message):
        """Enter or a double click: the agent of this entry is wanted."""

        def __init__(self, entry: ResultsEntry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, root: str, now: float) -> None:
        """root: whose id is left out of names. now: wall seconds."""
        super().__init__()
        self._root = root
        self._now = now

    def set_entries(self, entries: Sequence[ResultsEntry], now: float) -> None:
        """Shows these; the cursor stays on the agent that it was on. now: wall seconds."""
        self._now = now
        self.set_rows(tuple(entries))

    def identity(self, row: ResultsEntry) -> Hashable:
        return row.agent, row.spawn_id

    def row_cells(self, row: ResultsEntry, width: int) -> Cells:
        return entry_cells(row, self._now, self._root, width, self.charset)

    def cursor_changed(self) -> None:
        self.post_message(self.Highlighted(self.current))

    def opened(self, row: ResultsEntry) -> None:
        self.post_message(self.Picked(row))
