"""The results inbox as lines: who reported or ended, the newest first, and whether somebody has seen to it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from swarm.model.results_inbox import ResultsEntry
from widgets.agent_words import STATE_ROLES
from widgets.cells import Cell, Cells, coarse_duration, fit, fit_cells, fit_tail, quote, short_id
from widgets.charset import UNICODE, Charset
from widgets.check_list import MOVING_KEYS
from widgets.line_list import RowList

NARROW, WIDE = 60, 100
"""Below NARROW a line has mark, name and who has seen it; from WIDE on the summary too."""


def seen_words(entry: ResultsEntry, charset: Charset = UNICODE) -> Cell:
    """What became of them: decided about, read, or waiting for so many heartbeats."""
    review = entry.review
    if review is not None:
        return Cell(review.decision.value, "danger" if review.is_rejection else "good")
    if not entry.is_unread:
        return Cell("read" if entry.read_at is not None else "", "muted")
    if not entry.unread_beats:
        return Cell("unread", "accent")
    heart = charset.heart if charset.unicode else "hb"
    return Cell(f"unread {entry.unread_beats}{heart}", "warning")


def kept_words(entry: ResultsEntry) -> Cell:
    """`3/4 out`: how many promised outputs are there; '' where none was promised."""
    if not entry.promises:
        return Cell("")
    return Cell(f"{entry.kept}/{len(entry.promises)} out", "danger" if entry.kept < len(entry.promises) else "good")


def reached_words(entry: ResultsEntry) -> Cell:
    """`1/2 ok`: how many outcomes are, or `unchecked`; '' where none was asked for."""
    if not entry.outcomes:
        return Cell("")
    if all(passed is None for _, passed in entry.outcomes):
        return Cell("unchecked", "muted")
    failed = any(passed is False for _, passed in entry.outcomes)
    role = "danger" if failed else "good" if entry.reached == len(entry.outcomes) else "muted"
    return Cell(f"{entry.reached}/{len(entry.outcomes)} ok", role)


def entry_cells(entry: ResultsEntry, now: float, root: str, width: int, charset: Charset = UNICODE) -> Cells:
    """One line; `!` beside the mark says that a text of it gives orders. now: wall seconds; root: left out of names."""
    role = STATE_ROLES[entry.state]
    ago = coarse_duration(max(0.0, now - entry.at)) if entry.at is not None else "-"
    seen = seen_words(entry, charset)
    name_width = max(10, width - 25) if width < NARROW else 26 if width < WIDE else 34
    name = fit_tail(quote(short_id(entry.agent, root), 200), name_width, charset.cut)
    cells = [
        Cell(f" {charset.states[entry.state]}", role),
        Cell("! " if entry.tagged else "  ", "warning"),
        Cell(f"{name} ", "strong" if entry.is_unread else ""),
        Cell(fit(ago, 4, charset.cut), "muted"),
        Cell(f"{fit(seen.text, 11, charset.cut)} ", seen.role),
    ]
    if width >= NARROW:
        for each, room in ((kept_words(entry), 9), (reached_words(entry), 9)):
            cells.append(Cell(f"{fit(each.text, room, charset.cut)} ", each.role))
    if width >= WIDE:
        cells += [Cell("!injection ", "warning")] if entry.tagged else []
        cells.append(Cell(quote(entry.summary or entry.why), "quote"))
    return fit_cells(cells, width, charset.cut)


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
        before = self.current
        self._rows, self._now = tuple(entries), now
        places = {(each.agent, each.spawn_id): at for at, each in enumerate(self._rows)}
        at = places.get((before.agent, before.spawn_id), self.cursor_line) if before is not None else 0
        self.lines_changed()
        self.cursor_line = at
        self.scroll_to_cursor()
        self.cursor_changed()

    def row_cells(self, row: ResultsEntry, width: int) -> Cells:
        return entry_cells(row, self._now, self._root, width, self.charset)

    def cursor_changed(self) -> None:
        self.post_message(self.Highlighted(self.current))

    def opened(self, row: ResultsEntry) -> None:
        self.post_message(self.Picked(row))
