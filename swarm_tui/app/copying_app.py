"""An app whose texts are copied: what the mouse selects when it is released, and whatever else is handed to it."""

import os
from functools import partial
from typing import ClassVar, TypeVar

from textual import events, on
from textual.app import App
from textual.notifications import SeverityLevel

from swarm.sanitize import for_terminal
from swarm_tui.terminal import clipboard

T = TypeVar("T")


class CopyingApp(App[T]):
    """Copies, and says what is known of whether it got there."""

    CSS: ClassVar[str] = """
    Screen {
        & > .screen--selection { background: $selected-background; color: $selected-foreground; }
        &:ansi > .screen--selection, &:nocolor > .screen--selection { text-style: reverse; }
    }
    """
    selected: object = None
    """What was selected when it was copied last: a click on a scrollbar does not copy it again."""

    def copy(self, text: str, what: str) -> None:
        """Hands a text to the clipboard: to a program that says whether it took it, else to the terminal.

        text: whatever steers a terminal is made visible in it first: pasted into a shell, it would act. what: what it
        is, for the message.
        """
        shown = for_terminal(text)
        counted = f"{what} ({len(shown):,} character{'s' if len(shown) != 1 else ''})"

        def hand_over() -> None:
            # Without a terminal there is no operator either, whose clipboard it could be.
            taken = None if self.is_headless else clipboard.hand_over(shown, os.environ)
            if self.is_running:
                self.call_from_thread(self._handed_over, shown, counted, taken)

        self.run_worker(hand_over, thread=True, group="clipboard", exit_on_error=True)

    def _handed_over(self, text: str, counted: str, taken: clipboard.Handed | None) -> None:
        self._clipboard = text  # what ctrl-v in an input pastes
        if taken is None:
            taken = clipboard.for_terminal(text, os.environ)
            if taken.verb != clipboard.NOT_COPIED:
                super().copy_to_clipboard(text)
        severity: SeverityLevel = "warning" if taken.verb == clipboard.NOT_COPIED else "information"
        self.notify(f"{taken.verb}: {counted}; {taken.words}.", severity=severity, markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """What an input copies."""
        self.copy(text, "the selection")

    @on(events.TextSelected)
    def _mouse_released(self) -> None:
        """What is selected is copied: where the mouse belongs to this program, the terminal does not."""
        screen = self.screen
        if screen.selections is self.selected or not (text := screen.get_selected_text()):
            return
        self.selected = screen.selections
        self.call_later(partial(self.copy, text, "the selection"))
