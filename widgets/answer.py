"""The buttons of dialogs: the one with the focus is the one that looks chosen, in every theme and without colour."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from widgets.cells import fit, width_of
from widgets.line_list import charset_of

CHOSEN, OPEN, SHUT = ("> ", " <"), ("[ ", " ]"), ("  ", "  ")
"""What stands around the words: of the one with the focus, of the others, of one that cannot be pressed now."""


class Answer(Widget, can_focus=True):
    """One answer of a dialog. Enter or a click presses it.

    Textual's own buttons are not used: there a variant's colour is louder than the focus, and without colours the
    focus of a compact one cannot be seen at all.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", "Press", show=False)]
    DEFAULT_CSS = """
    Answer {
        width: auto; height: 1; margin-left: 1; color: $foreground; background: transparent; pointer: pointer;
        &.-danger { color: $danger; }
        &:hover { text-style: underline; }
        &:focus { text-style: bold reverse; }
        &:disabled { color: $muted; text-style: dim; }
    }
    """

    class Pressed(Message):
        """This answer is given."""

        def __init__(self, answer: "Answer") -> None:
            super().__init__()
            self.answer = answer

        @property
        def control(self) -> "Answer":
            return self.answer

    def __init__(self, words: str, key: str, *, id: str, danger: bool = False, disabled: bool = False) -> None:
        """words: what it does, as text. key: the key that does the same; '' where only its focus does."""
        super().__init__(id=id, classes="-danger" if danger else None, disabled=disabled)
        self._words, self._key = words, key

    @property
    def words(self) -> str:
        """What it does."""
        return self._words

    @words.setter
    def words(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.refresh(layout=True)

    @property
    def shown(self) -> str:
        """What is drawn, signs of the focus included."""
        return self._drawn(self._words)

    def _drawn(self, words: str) -> str:
        left, right = SHUT if self.disabled else CHOSEN if self.has_focus else OPEN
        return f"{left}{words}{f'  {self._key}' if self._key else ''}{right}"

    def render(self) -> Content:
        # The words are cut, never the signs: a part of a line without them would not look chosen.
        too_long = width_of(self.shown) - self.size.width
        if too_long <= 0:
            return Content(self.shown)
        return Content(self._drawn(fit(self._words, max(0, width_of(self._words) - too_long), charset_of(self).cut)))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        del container, viewport
        return width_of(self.shown)

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.refresh()

    def watch_disabled(self, disabled: bool) -> None:
        super().watch_disabled(disabled)
        self.refresh()

    def on_click(self) -> None:
        self.action_press()

    def action_press(self) -> None:
        """Gives this answer."""
        if not self.disabled:
            self.post_message(self.Pressed(self))
