"""Text to read: paragraphs wrapped to the width, drawn line by line, scrolled and selected, never interpreted."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from widgets.cells import Cells, width_of
from widgets.line_list import LineList
from widgets.paragraphs import Paragraph, wrap_paragraph
from widgets.selected_text import drawn_text, text_between, word_at


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

    # -- scrolling instead of a cursor ---------------------------------------------------------------------------

    def move_cursor(self, by: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + by, animate=False, force=True)

    # -- copying -------------------------------------------------------------------------------------------------

    @property
    def paragraphs(self) -> Iterable[Paragraph]:
        """What it shows, oldest first."""
        return self._paragraphs

    @property
    def text(self) -> str:
        """All of it in lines as they are meant, however they are wrapped."""
        return "\n".join(f"{drawn_text(each.lead)}{each.text}".rstrip() for each in self.paragraphs)

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        index = y + self.scroll_offset.y
        selection = self.text_selection
        if selection is not None and index < self.line_count and (span := selection.get_span(index)) is not None:
            strip = _overlay(strip, *span, self.screen.get_component_rich_style("screen--selection"))
        return strip.apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return text_between(self.paragraphs, self._wrapped_at, selection), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        del selection
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A double click selects a word, a third one the line: Textual's own would select all that there is."""
        event.prevent_default()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        index = offset.y + self.scroll_offset.y
        if event.chain < 2 or index >= self.line_count:
            return
        line = self._visual[index]
        start, end = word_at(line, offset.x) if event.chain == 2 else (0, len(drawn_text(line)))
        if end > start:
            self.screen.selections = {self: Selection(Offset(start, index), Offset(end, index))}
            self.screen.post_message(events.TextSelected())


def _overlay(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with a style over some of its characters. end: -1 for all of them."""
    text = strip.text
    left = width_of(text[:start])
    right = strip.cell_length if end < 0 else width_of(text[:end])
    if left >= right:
        return strip
    before, middle, after = strip.crop(0, left), strip.crop(left, right), strip.crop(right)
    picked = Strip([Segment(segment.text, (segment.style or Style()) + style) for segment in middle])
    return Strip.join([before, picked, after])
