"""Asks for one line: a message, a hold's reason, a reason for a stop."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from swarm.sanitize import clean


class Prompt(ModalScreen[str | None]):
    """One line from the operator; dismissed with it, or None."""

    CSS_PATH = "prompt.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, question: str, *, hint: str = "", value: str = "") -> None:
        """value: what the answer begins with."""
        super().__init__()
        self._question = question
        self._hint = hint
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Content(clean(self._question)), id="question")
            yield Input(self._value, id="answer")
            yield Static(Content(self._hint or "enter sends, esc leaves"), id="hint")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        answer = event.value.strip()
        if answer:
            self.dismiss(answer)
        else:
            self.query_one("#hint", Static).update(Content("It is empty: write something, or leave with esc."))

    def action_cancel(self) -> None:
        """Leaves without an answer."""
        self.dismiss(None)
