"""Asks for one line: a message, a hold's reason, a reason for a stop."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from swarm.sanitize import clean
from widgets.answer import Answer
from widgets.dialog import Dialog, Reserved

EMPTY = "It is empty: write something, or leave with esc."


class Prompt(Dialog[str | None]):
    """One line from the operator; dismissed with it, or None. What is written is asked for, so it has the focus."""

    AUTO_FOCUS = "#answer"
    FRESH_KEYS = frozenset()
    DEFAULT_CSS = """
    Prompt Frame { width: 80%; max-width: 90; min-width: 40; border: round $accent; }
    """

    def __init__(self, question: str, *, hint: str = "", value: str = "", yes: str = "Send") -> None:
        """hint: what becomes of the answer. value: what the answer begins with. yes: what enter does with it."""
        super().__init__(clean(question))
        self._hint = clean(hint, 500)
        self._value = value
        self._yes = yes

    def compose_body(self) -> ComposeResult:
        yield Input(self._value, id="answer")
        said = Reserved([self._hint, EMPTY], id="hint")
        said.update(Content(self._hint))
        said.add_class("note")
        yield said

    def answers(self) -> tuple[Answer, ...]:
        return Answer("Leave", "esc", id="no"), Answer(self._yes, "enter", id="yes")

    def given(self, answer: str) -> None:
        del answer
        self._answered()

    @on(Input.Submitted)
    def _answered(self) -> None:
        if answer := self.query_one("#answer", Input).value.strip():
            self.dismiss(answer)
        else:
            self.query_one("#hint", Static).update(Content(EMPTY))
