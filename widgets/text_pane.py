"""Text to read: paragraphs wrapped to the width, drawn line by line, scrolled and selected, never interpreted."""

from collections import deque
from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Size
from textual.selection import Selection
from textual.strip import Strip

from widgets.cells import Cells, width_of
from widgets.line_list import LineList
from widgets.paragraphs import Paragraph, wrap_paragraph
from widgets.reading_place import Place, line_of, place_of
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
        self._heights: deque[int] = deque()
        """How many lines each paragraph takes."""
        self._wrapped_at = -1
        self._laid_out = Size(0, 0)
        """The room that there was when it was wrapped last."""
        self._reads_at: int | Place = 0
        """The first line in sight where the reader has scrolled since then, else its place: however often the size
        changes, it is that of the same words.
        """

    def set_paragraphs(self, paragraphs: Iterable[Paragraph]) -> None:
        """Show these; the place one reads stays. The same ones again cost nothing."""
        new, before = tuple(paragraphs), self._paragraphs
        if new == before:
            return
        place = self.reading_place if self.scroll_offset.y else None
        self._paragraphs = new
        self._wrapped_at = -1
        self._wrap()
        if place is not None and place.paragraph < len(before):
            same = (number for number, each in enumerate(new) if each == before[place.paragraph])
            number = min(same, key=lambda number: abs(number - place.paragraph), default=place.paragraph)
            self.scroll_to(y=self.line_at(place._replace(paragraph=number)), animate=False, force=True)

    def _wrap(self) -> None:
        width = self.view_size.width
        if not width or width == self._wrapped_at:
            return
        self._wrapped_at = width
        wrapped = self.wrap_all(width)
        self._heights = deque(map(len, wrapped))
        self._visual = [line for lines in wrapped for line in lines]
        self.lines_changed()

    def wrap_all(self, width: int) -> list[list[Cells]]:
        """The lines of each paragraph at this width."""
        return [wrap_paragraph(paragraph, width) for paragraph in self.paragraphs]

    # -- the place of the reader ---------------------------------------------------------------------------------

    @property
    def reading_place(self) -> Place:
        """The place of the first line in sight."""
        return self._reads_at if isinstance(self._reads_at, Place) else self.place_at(self._reads_at)

    def place_at(self, line: int) -> Place:
        """What stands on a line, at whatever width."""
        return place_of(line, self._heights, self._visual)

    def line_at(self, place: Place) -> int:
        """The line on which a place is now."""
        return line_of(place, self._heights, self._visual)

    @property
    def is_resized(self) -> bool:
        """Its size has changed, and it is not laid out for it yet: what scrolls now is no wish of the reader."""
        return self.view_size != self._laid_out

    def on_resize(self, _event: events.Resize) -> None:
        if self.view_size.width:
            place = self.reading_place
            self.wrap_for_size()
            self.keep_place(place)
            self._laid_out, self._reads_at = self.view_size, place

    def wrap_for_size(self) -> None:
        """The size has changed: lines are wrapped to it."""
        self._wrap()

    def keep_place(self, place: Place) -> None:
        """The size has changed: the first line in sight is to have the words that it had."""
        self.scroll_to(y=self.line_at(place), animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self.is_resized:
            self._reads_at = round(new_value)

    @property
    def line_count(self) -> int:
        return len(self._visual)

    def line_cells(self, index: int, width: int) -> Cells:
        del width
        return self._visual[index]

    def lines_changed(self) -> None:
        super().lines_changed()
        self._reads_at = self.scroll_offset.y

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
