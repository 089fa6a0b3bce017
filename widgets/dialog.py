"""What all dialogs share: their frame, room for what they hold, and answers of which "No" has the focus at first."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from widgets.answer import Answer
from widgets.cells import quote
from widgets.over_the_room import OverTheRoom, T
from widgets.paragraphs import wrap
from widgets.text_pane import TextPane

LOW = 24
"""Lines under which a screen is low: what is only read about a row then takes less of it."""


class Frame(Vertical):
    """The box of a dialog: as high as what it holds, known before it is shown. Where that is too high, the part whose
    height is a fraction gets less, and scrolls; all else stays in sight.
    """

    DEFAULT_CSS = """
    Frame {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        background: $panel; color: $foreground; border: round $primary; padding: 0 1;
        &.-danger { border: round $danger; }
    }
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(_height_of(child, container, viewport, width) for child in self.children if child.display)

    @property
    def _has_relative_children_height(self) -> bool:
        # Textual would give a box with such children all the height there is: what they need is added up above.
        return False


def _height_of(child: Widget, container: Size, viewport: Size, width: int) -> int:
    """The lines that a widget takes in a column of `width`, its margins and frame included."""
    styles, margin = child.styles, child.styles.margin
    height = styles.height
    if height is not None and not height.is_auto and not height.is_fraction:
        return int(height.value) + margin.height
    inner = width - margin.width - styles.gutter.width
    return child.get_content_height(container, viewport, inner) + styles.gutter.height + margin.height


class Words(TextPane, can_focus=False):
    """What a dialog says: as high as its text, else it scrolls. The keys go to the answers, so it takes none."""

    DEFAULT_CSS = """
    Words { background: $panel; margin-bottom: 1; }
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return sum(map(len, self.wrap_all(max(1, width - self.styles.scrollbar_size_vertical))))


class Reserved(Static):
    """A text that changes while one moves and ticks, in room for the longest of those that it may become."""

    def __init__(self, texts: Iterable[str], *, most: int = 4, low: int = 2, id: str | None = None) -> None:
        """most: lines that it takes at most. low: the same on a low screen."""
        super().__init__("", id=id)
        self._texts, self._most, self._low = tuple(texts), most, low

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container
        most = self._most if viewport.height >= LOW else self._low
        return min(most, max((len(wrap(text, width)) for text in self._texts), default=1))


class Answers(Horizontal):
    """The answers, side by side at the right."""

    DEFAULT_CSS = """
    Answers { height: 1; width: 1fr; align-horizontal: right; }
    """


class Dialog(OverTheRoom[T]):
    """A question over the room. Escape, and "No", which has the focus at first, leave it, and nothing happens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "No", show=False),
        Binding("left", "app.focus_previous", "Answer before", show=False),
        Binding("right", "app.focus_next", "Next answer", show=False),
    ]
    AUTO_FOCUS = "#no"
    BOX = "Frame"
    FRESH_KEYS: ClassVar[frozenset[str]] = frozenset({"y", "enter"})
    """They count only where the question could be read before they were pressed."""
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & .title { width: 1fr; height: auto; text-style: bold; }
        & .note { width: 1fr; height: auto; color: $muted; }
        & Input, & TextArea, & Select {
            background: $surface; border: round $muted; padding: 0 1;
            border-title-color: $foreground; border-title-style: bold;
        }
        & Input, & Select { height: 3; }
        & Input:focus, & TextArea:focus, & Select:focus {
            background: $surface; background-tint: transparent; border: round $primary; border-title-color: $primary;
        }
        /* Where colours do not tell, the frame of what has the keys is heavier. */
        & Input:focus:ansi, & TextArea:focus:ansi, & Select:focus:ansi { border: heavy ansi_bright_cyan; }
        & Input:focus:nocolor, & TextArea:focus:nocolor, & Select:focus:nocolor { border: heavy $foreground; }
        & Input:nocolor > .input--cursor, & TextArea:nocolor .text-area--cursor { text-style: reverse; }
        & Select:nocolor .option-list--option-highlighted { text-style: reverse; }
        & Input > .input--placeholder { color: $muted; }
        & TextArea .text-area--placeholder { color: $muted; }
    }
    """
    DANGER: ClassVar[bool] = False
    """Yes ends something: its frame and that answer are red."""

    def __init__(self, title: str) -> None:
        """title: what is asked, as text."""
        super().__init__()
        self.title_text = title

    def compose(self) -> ComposeResult:
        with Frame(classes="-danger" if self.is_danger else None):
            yield Static(Content(quote(self.title_text, 300)), classes="title")
            yield from self.compose_body()
            if answers := self.answers():
                with Answers():
                    yield from answers

    @property
    def is_danger(self) -> bool:
        """Whether yes ends something."""
        return self.DANGER

    def compose_body(self) -> ComposeResult:
        """What stands between title and answers; what scrolls among it has a fraction as its height."""
        yield from ()

    def answers(self) -> tuple[Answer, ...]:
        """The answers, from left to right; the one with the id `no` leaves."""
        return ()

    def given(self, answer: str) -> None:
        """An answer other than no was given: its id."""

    @on(Answer.Pressed)
    def _pressed(self, event: Answer.Pressed) -> None:
        event.stop()
        if event.answer.id == "no":
            self.action_leave()
        else:
            self.given(event.answer.id or "")

    def action_leave(self) -> None:
        """Leaves; nothing happens."""
        self.dismiss(None)
