"""One of several things to do, asked for as answers one below the other."""

from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from widgets.answer import Answer
from widgets.cells import quote
from widgets.dialog import Dialog

PREFIX = "choice-"


class Choice(Struct, frozen=True):
    """One of them: `key` names it to the caller, `words` to the operator. The caller cleans both."""

    key: str
    words: str


class Column(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The answers, as high as they are many. Its own keys would scroll where the dialog's go to the next."""

    DEFAULT_CSS = """
    Column { height: 1fr; margin-top: 1; }
    Column Answer { max-width: 100%; margin-left: 0; }
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport, width
        return len(self.children)


class PickOne(Dialog[str | None]):
    """Dismissed with the key of what was picked, or None: to leave it, which is chosen at first, is the first of them.

    Up and down go from one to the next, enter or a click takes one, and so does its number.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,n", "leave", "No", show=False),
        Binding("up,k", "app.focus_previous", "Up", show=False),
        Binding("down,j", "app.focus_next", "Down", show=False),
        *(Binding(str(number), f"take({number})", "Take", show=False) for number in range(1, 10)),
    ]
    FRESH_KEYS = frozenset({"enter", *"123456789"})
    DEFAULT_CSS = "PickOne Frame { width: 94%; max-width: 90; }"

    def __init__(self, title: str, choices: tuple[Choice, ...], *, no: str = "leave it", notes: tuple[str, ...] = ()):
        super().__init__(title)
        self._choices, self._no, self._notes = choices, no, notes

    def compose_body(self) -> ComposeResult:
        for note in self._notes:
            yield Static(Content(quote(note, 300)), classes="note")
        with Column():
            yield Answer(self._no, "n", id="no")
            for number, choice in enumerate(self._choices, 1):
                key = str(number) if number < 10 else ""
                yield Answer(quote(choice.words, 200), key, id=f"{PREFIX}{number}")

    def given(self, answer: str) -> None:
        self.action_take(int(answer.removeprefix(PREFIX)))

    def action_take(self, number: int) -> None:
        """Takes one of them, counted from 1."""
        if number <= len(self._choices):
            self.dismiss(self._choices[number - 1].key)
