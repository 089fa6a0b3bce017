"""The live tail of what an agent's program prints: bounded, followed or left where one reads, searched."""

from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var

from swarm.sanitize import clean
from widgets.cells import Cell, Cells
from widgets.text_pane import Paragraph, TextPane, wrap_paragraph

RING = 5_000
"""Lines kept; older ones fall out."""
FLOOD = 1_000
"""Lines taken from one append; what is more is counted, not shown."""
_LINE_CUT = 500


class Transcript(TextPane):
    """Lines as they come. While it follows, the end stays in sight; else the place one reads does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "find(False)", "next", show=False),
        Binding("N", "find(True)", "previous", show=False),
    ]
    DEFAULT_CSS = """
    Transcript { height: 1fr; width: 1fr; }
    """

    following: var[bool] = var(True)
    needle: var[str] = var("")
    """What is searched for; every place where it occurs is marked."""

    class FollowChanged(Message):
        """It follows the end, or stopped to, by key or by scrolling."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ring: deque[Paragraph] = deque(maxlen=RING)
        self._heights: deque[int] = deque(maxlen=RING)
        self._unseen = 0
        self._at = 0
        """The line that was found last."""
        self._place = ""

    @property
    def unseen(self) -> int:
        """Lines that came below what is in sight."""
        return self._unseen

    def append(self, lines: Iterable[str], *, dropped: int = 0, role: str = "quote") -> None:
        """More lines, oldest first. `dropped`: how many before them were skipped (a flood, a cut tail)."""
        new = [Paragraph(text, role) for text in lines]
        dropped += max(0, len(new) - FLOOD)
        self.append_paragraphs(new[-FLOOD:], before=f"+{dropped} lines" if dropped else "")

    def append_paragraphs(self, paragraphs: Iterable[Paragraph], *, before: str = "") -> None:
        """The same with signs and colours. before: what is said of that which was skipped before them.

        Only texts are cleaned here: the caller cleans leads.
        """
        new = list(paragraphs)
        words = [before] if before else []
        if len(new) > FLOOD:
            words.append(f"+{len(new) - FLOOD} lines")
            new = new[-FLOOD:]
        new = [paragraph._replace(text=clean(paragraph.text, _LINE_CUT)) for paragraph in new]
        if words:
            new.insert(0, Paragraph(", ".join(words), "notice"))
        if new:
            self._take(new)

    def clear(self) -> None:
        """Forget everything: another agent is shown."""
        self._ring.clear()
        self._heights.clear()
        self._visual.clear()
        self._unseen = 0
        self._at, self._place = 0, ""
        self.lines_changed()
        self._show_words()

    def _take(self, new: list[Paragraph]) -> None:
        falls = max(0, len(self._ring) + len(new) - RING)
        gone = sum(self._heights[number] for number in range(min(falls, len(self._heights))))
        width = self.view_size.width
        self._ring.extend(new)
        if not width:
            self._wrapped_at = -1
            return
        wrapped = [wrap_paragraph(paragraph, width) for paragraph in new]
        self._heights.extend(len(lines) for lines in wrapped)
        if gone:
            del self._visual[:gone]
            self._at = max(0, self._at - gone)
        added = [line for lines in wrapped for line in lines]
        self._visual += added
        top = self.scroll_offset.y
        self.lines_changed()
        if self.following:
            self._to_end()
        else:
            if gone:
                self.scroll_to(y=max(0, top - gone), animate=False, force=True)
            self._unseen += len(new)
        self._show_words()

    def wrap_all(self, width: int) -> list[Cells]:
        wrapped = [wrap_paragraph(paragraph, width) for paragraph in self._ring]
        self._heights = deque((len(lines) for lines in wrapped), maxlen=RING)
        return [line for lines in wrapped for line in lines]

    def lines_changed(self) -> None:
        super().lines_changed()
        if self.following:
            self._to_end()

    def _to_end(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    # -- following -----------------------------------------------------------------------------------------------

    def toggle_follow(self) -> None:
        """Follow the end, or stay here."""
        self.following = not self.following

    def watch_following(self, following: bool) -> None:
        if following:
            self._unseen = 0
            self._to_end()
        self._show_words()
        self.post_message(self.FollowChanged(following))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        at_end = round(new_value) >= self.max_scroll_y
        if new_value < old_value and not at_end:
            self.following = False
        elif at_end and new_value > old_value:
            self.following = True

    def _show_words(self) -> None:
        words = [f"/{self.needle} {self._place}".rstrip()] if self.needle else []
        if self._unseen:
            words.append(f"+{self._unseen} lines")
        words.append("follow" if self.following else "still")
        self.border_subtitle = Content("  ".join(words))

    # -- searching -----------------------------------------------------------------------------------------------

    def search(self, text: str) -> int:
        """Mark every place where the text occurs and go to the last one; returns how many lines have it."""
        self._place = ""
        self.needle = text.strip().lower()
        found = self._found_lines()
        if found:
            self._go_to(found, len(found) - 1)
        elif self.needle:
            self._place = "0 found"
            self._show_words()
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
        self.following = False
        self._at = found[place]
        self._place = f"{place + 1} of {len(found)}"
        self.scroll_to(y=max(0, self._at - self.view_size.height // 2), animate=False, force=True)
        self._show_words()

    def watch_needle(self) -> None:
        self._show_words()
        self.refresh()

    def line_cells(self, index: int, width: int) -> Cells:
        line = super().line_cells(index, width)
        if not self.needle:
            return line
        return tuple(part for cell in line for part in _marked(cell, self.needle))


def _marked(cell: Cell, needle: str) -> Iterable[Cell]:
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
