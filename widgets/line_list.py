"""The base of every list: lines drawn one by one. Ten thousand scroll like ten, and only what changed repaints."""

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from widgets.cells import Cells
from widgets.charset import UNICODE, Charset
from widgets.painting import paint


def charset_of(widget: Widget) -> Charset:
    """The signs that the app's terminal can show: its attribute `charset`, where it has one."""
    chosen = getattr(widget.app, "charset", None)
    return chosen if isinstance(chosen, Charset) else UNICODE


class CellLine(Widget):
    """One line of cells, or a few: the base of the strips at the top and the bottom of the screen."""

    DEFAULT_CSS = "CellLine { height: 1; width: 1fr; }"
    ALLOW_SELECT = False

    def line_cells(self, y: int, width: int) -> Cells:
        """The cells of line `y` at this width."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return paint(self, self.line_cells(y, width), width, self.visual_style.rich_style)


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """A list with a cursor, drawn line by line. It has no keys of its own: the action table calls its actions."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--cursor", "line--cursor-blurred"}
    DEFAULT_CSS = """
LineList {
    background: $surface;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    & > .line--cursor { background: $cursor-line; text-style: bold; }
    & > .line--cursor-blurred { background: $cursor-line-blurred; }
    &:ansi > .line--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    &:ansi > .line--cursor-blurred { text-style: underline; }
    &:nocolor > .line--cursor { text-style: reverse; }
    &:nocolor > .line--cursor-blurred { text-style: underline; }
}
"""

    CURSOR_STAYS: ClassVar[bool] = False
    """The cursor is shown, more faintly, while the keys go elsewhere: what it is on still matters then."""
    HEADINGS: ClassVar[int] = 0
    """Lines on top that do not scroll."""

    cursor_line: var[int] = var(0)
    """The line with the cursor; 0 where there is none to have."""
    show_cursor: var[bool] = var(True)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: dict[int, Cells] = {}
        self._height = self._top = 0
        """How many lines were in sight, and the first of them, before the size changed."""

    # -- what a list says of its lines ---------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def line_cells(self, index: int, width: int) -> Cells:
        """The cells of one line."""
        raise NotImplementedError

    def heading_cells(self, y: int, width: int) -> Cells:
        """The cells of one of the HEADINGS."""
        raise NotImplementedError

    def heading_clicked(self, x: int) -> None:
        """A heading was clicked at column `x`."""

    def cursor_changed(self) -> None:
        """The cursor went to another line: lists post their message here."""

    def clicked(self, index: int, x: int, chain: int) -> None:
        """A line was clicked at column `x`; `chain` is 2 for a double click. The cursor is there already."""

    # -- drawing -------------------------------------------------------------------------------------------------

    @property
    def charset(self) -> Charset:
        return charset_of(self)

    @property
    def view_size(self) -> Size:
        """What is left for lines beside a scrollbar and below the headings."""
        width, height = self.scrollable_content_region.size
        return Size(width, max(0, height - self.HEADINGS))

    def render_line(self, y: int) -> Strip:
        width = self.view_size.width
        index = y - self.HEADINGS + self.scroll_offset.y
        base = self.visual_style.rich_style
        if y < self.HEADINGS:
            return paint(self, self.heading_cells(y, width), width, base)
        if index >= self.line_count:
            return Strip.blank(width, base)
        cells = self.line_cells(index, width)
        self._shown[index] = cells
        over = None
        if index == self.cursor_line and self.show_cursor and (self.has_focus or self.CURSOR_STAYS):
            over = self._cursor_style()
        return paint(self, cells, width, base, over=over)

    def _cursor_style(self) -> Style:
        name = "line--cursor" if self.has_focus else "line--cursor-blurred"
        if self.app.current_theme.ansi and self.has_focus:
            return self.get_component_rich_style(name)
        return self.get_component_rich_style(name, partial=True)

    def lines_changed(self) -> None:
        """Lines came, went or moved: everything in sight is drawn again."""
        self._shown.clear()
        size = Size(0, self.HEADINGS + self.line_count)
        if self.styles.auto_dimensions:
            self.virtual_size = size  # has Textual lay out the whole screen: its own height follows
        else:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        self.refresh()

    def repaint_changed(self, may_differ: Callable[[int], bool] = lambda _: True) -> int:
        """Draw again the lines in sight whose cells differ from what is shown; returns how many.

        may_differ: whether a line that was drawn is to be made again to find that out.
        """
        width, height = self.view_size
        top = self.scroll_offset.y
        shown = self._shown
        changed = 0
        for index in range(top, min(top + height, self.line_count)):
            # A line that was never drawn is drawn now: Textual may have shown it out of a cache of its own.
            if (index not in shown or may_differ(index)) and shown.get(index) != self.line_cells(index, width):
                self.refresh(Region(0, self.HEADINGS + index - top, width, 1))
                changed += 1
        if len(shown) > 4 * height + 64:
            self._shown = {index: cells for index, cells in shown.items() if top <= index < top + height}
        return changed

    def repaint_line(self, index: int) -> None:
        """Draw one line again."""
        top = self.scroll_offset.y
        if top <= index < top + self.view_size.height:
            self.refresh(Region(0, self.HEADINGS + index - top, self.view_size.width, 1))

    def on_resize(self, _event: events.Resize) -> None:
        """The cursor's line stays in sight where it was: alerts may come, or another layout, or another window."""
        was_seen = not self._height or self._top <= self.cursor_line < self._top + self._height
        self._height = self.view_size.height
        if self.show_cursor and was_seen:
            self.scroll_to_cursor()
        self._top = self.scroll_offset.y

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.view_size.height == self._height:
            self._top = round(new_value)

    # -- cursor --------------------------------------------------------------------------------------------------

    def validate_cursor_line(self, line: int) -> int:
        return max(0, min(line, self.line_count - 1))

    def watch_cursor_line(self, old: int, new: int) -> None:
        self.repaint_line(old)
        self.repaint_line(new)
        self.cursor_changed()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.repaint_line(self.cursor_line)

    def scroll_to_cursor(self) -> None:
        """Bring the cursor into sight."""
        top, height, line = self.scroll_offset.y, self.view_size.height, self.cursor_line
        if height and line < top:
            self.scroll_to(y=line, animate=False, force=True)
        elif height and line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, force=True)

    def move_cursor(self, by: int) -> None:
        """Move the cursor by so many lines."""
        self.cursor_line += by
        self.scroll_to_cursor()

    def action_cursor_up(self) -> None:
        self.move_cursor(-1)

    def action_cursor_down(self) -> None:
        self.move_cursor(1)

    def action_half_page_up(self) -> None:
        self.move_cursor(-max(1, self.view_size.height // 2))

    def action_half_page_down(self) -> None:
        self.move_cursor(max(1, self.view_size.height // 2))

    def action_page_up(self) -> None:
        self.move_cursor(-max(1, self.view_size.height - 1))

    def action_page_down(self) -> None:
        self.move_cursor(max(1, self.view_size.height - 1))

    def action_cursor_top(self) -> None:
        self.move_cursor(-self.line_count)

    def action_cursor_bottom(self) -> None:
        self.move_cursor(self.line_count)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y - self.HEADINGS + self.scroll_offset.y
        if offset.y < self.HEADINGS:
            event.stop()
            self.heading_clicked(offset.x)
        elif index < self.line_count:
            event.stop()
            self.cursor_line = index
            self.clicked(index, offset.x, event.chain)
