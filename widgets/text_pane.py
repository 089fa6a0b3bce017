"""Text to read: paragraphs wrapped to the width, drawn line by line, scrolled and selected, never interpreted."""

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip

from widgets.cells import Cell, Cells, cells_width, width_of
from widgets.line_list import LineList


class Paragraph(NamedTuple):
    """A line as it is meant: it may take several on the screen, the later ones set in below the first's text."""

    text: str
    role: str = ""
    lead: Cells = ()


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken at spaces where that is possible; at least one line."""
    if width <= 0:
        return [""]
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        length = width_of(word)
        if used + length + (1 if line else 0) <= width:
            line, used = (f"{line} {word}", used + 1 + length) if line else (word, length)
            continue
        if line:
            lines.append(line)
        if length <= width:
            line, used = word, length
        else:
            *full, line = chop_cells(word, width)
            lines += full
            used = width_of(line)
    lines.append(line)
    return lines


def wrap_paragraph(paragraph: Paragraph, width: int) -> list[Cells]:
    """The cells of each line of a paragraph."""
    indent = cells_width(paragraph.lead)
    if paragraph.lead and not paragraph.text:
        return [Cells(paragraph.lead)]
    if indent > width // 2:
        first = [Cells(paragraph.lead)] if paragraph.lead else []
        return first + [(Cell(line, paragraph.role),) for line in wrap(paragraph.text, width)]
    lines = wrap(paragraph.text, width - indent)
    pad = (Cell(" " * indent),) if indent else ()
    return [(*(paragraph.lead if not number else pad), Cell(line, paragraph.role)) for number, line in enumerate(lines)]


class TextPane(LineList):
    """Paragraphs to read and scroll. Its lines hold no cursor: the cursor's actions scroll."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    TextPane { height: 1fr; width: 1fr; scrollbar-gutter: stable; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TextPane.show_cursor, False)
        self._paragraphs: tuple[Paragraph, ...] = ()
        self._visual: list[Cells] = []
        self._wrapped_at = -1

    def set_paragraphs(self, paragraphs: Iterable[Paragraph]) -> None:
        """Show these; the place one reads stays. The same ones again cost nothing."""
        new = tuple(paragraphs)
        if new == self._paragraphs:
            return
        self._paragraphs = new
        self._wrapped_at = -1
        self._wrap()

    def _wrap(self) -> None:
        width = self.view_size.width
        if not width or width == self._wrapped_at:
            return
        self._wrapped_at = width
        self._visual = self.wrap_all(width)
        self.lines_changed()

    def wrap_all(self, width: int) -> list[Cells]:
        """Every line at this width."""
        return [line for paragraph in self._paragraphs for line in wrap_paragraph(paragraph, width)]

    def on_resize(self, _event: events.Resize) -> None:
        self._wrap()

    @property
    def line_count(self) -> int:
        return len(self._visual)

    def line_cells(self, index: int, width: int) -> Cells:
        del width
        return self._visual[index]

    def lines_changed(self) -> None:
        super().lines_changed()
        self.virtual_size = Size(0, len(self._visual))

    # -- scrolling instead of a cursor ---------------------------------------------------------------------------

    def move_cursor(self, by: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + by, animate=False, force=True)

    # -- selecting -----------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        index = y + self.scroll_offset.y
        selection = self.text_selection
        if selection is not None and index < self.line_count and (span := selection.get_span(index)) is not None:
            start, end = span
            strip = _overlay(strip, start, end, self.screen.get_component_rich_style("screen--selection"))
        return strip.apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = "\n".join("".join(cell.text for cell in line).rstrip() for line in self._visual)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        del selection
        self.refresh()


def _overlay(strip: Strip, start: int, end: int, style: Style) -> Strip:
    end = strip.cell_length if end < 0 else min(end, strip.cell_length)
    if start >= end:
        return strip
    before, middle, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
    picked = Strip([Segment(segment.text, (segment.style or Style()) + style) for segment in middle])
    return Strip.join([before, picked, after])
