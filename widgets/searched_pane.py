"""A pane of text in which words are looked for: every place is marked, and n and N go from one to the next."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import var

from widgets.cells import Cell, Cells
from widgets.text_pane import TextPane


class SearchedPane(TextPane):
    """What is searched for is looked for in the lines as they are drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "find(False)", "next", show=False),
        Binding("N", "find(True)", "previous", show=False),
    ]

    needle: var[str] = var("")
    """What is searched for; every place where it occurs is marked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._at = 0
        """The line that was found last."""
        self._place = ""

    def show_words(self) -> None:
        """Says where one is."""

    def leave_end(self) -> None:
        """What is found stays in sight."""

    def words_of_search(self) -> list[str]:
        """What is searched for, and which of the places was found last; nothing without a search."""
        return [f"/{self.needle} {self._place}".rstrip()] if self.needle else []

    def forget_place(self) -> None:
        """Another text is shown."""
        self._at, self._place = 0, ""

    def move_place(self, by: int) -> None:
        """The lines have moved."""
        self._at = max(0, self._at + by)

    def wrap_for_size(self) -> None:
        found = self.place_at(self._at)
        super().wrap_for_size()
        self._at = self.line_at(found)

    def search(self, text: str) -> int:
        """Mark every place where the text occurs and go to the last one; returns how many lines have it."""
        self._place = ""
        self.needle = text.strip().lower()
        found = self._found_lines()
        if found:
            self._go_to(found, len(found) - 1)
        elif self.needle:
            self._place = "0 found"
            self.show_words()
        return len(found)

    def find_next(self, *, backwards: bool = False) -> bool:
        """Go to the next line that has it, and round; False where none does."""
        found = self._found_lines()
        if not found:
            return False
        if backwards:
            place = next((place for place in range(len(found) - 1, -1, -1) if found[place] < self._at), len(found) - 1)
        else:
            place = next((place for place, line in enumerate(found) if line > self._at), 0)
        self._go_to(found, place)
        return True

    def action_find(self, backwards: bool) -> None:
        """n and N, while something is searched for."""
        self.find_next(backwards=backwards)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a search its keys are those of the whole control room."""
        return bool(self.needle) if action == "find" else super().check_action(action, parameters)

    def _found_lines(self) -> list[int]:
        if not self.needle:
            return []
        return [
            number
            for number, line in enumerate(self._visual)
            if self.needle in "".join(cell.text for cell in line).lower()
        ]

    def _go_to(self, found: list[int], place: int) -> None:
        self.leave_end()
        self._at = found[place]
        self._place = f"{place + 1} of {len(found)}"
        self.scroll_to(y=max(0, self._at - self.view_size.height // 2), animate=False, force=True)
        self.show_words()

    def watch_needle(self) -> None:
        self.show_words()
        self.refresh()

    def line_cells(self, index: int, width: int) -> Cells:
        line = super().line_cells(index, width)
        if not self.needle:
            return line
        return tuple(part for cell in line for part in marked(cell, self.needle))


def marked(cell: Cell, needle: str) -> Iterable[Cell]:
    """A cell in parts, every place of the needle marked. needle: in lower case, not empty."""
    lowered, at = cell.text.lower(), 0
    if len(lowered) != len(cell.text):  # case folding that changes lengths: marked as a whole, never at a wrong place
        yield Cell(cell.text, "found") if needle in lowered else cell
        return
    while (found := lowered.find(needle, at)) >= 0:
        if found > at:
            yield Cell(cell.text[at:found], cell.role)
        at = found + len(needle)
        yield Cell(cell.text[found:at], "found")
    if at < len(cell.text):
        yield Cell(cell.text[at:], cell.role)
