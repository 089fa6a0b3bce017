"""What the demo says before anything else: what happens here, and what to try."""

from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from swarm.formatting import spell_duration
from swarm_tui.app.actions import BY_NAME
from widgets.over_the_room import OverTheRoom
from widgets.own_keys import fill_keys, keys_of

PERIOD_MINUTES = 15
TRY = (
    ("next_problem", "the next who needs you; {open}: why"),
    ("problems", "only who needs you, worst first"),
    ("filter", "filter: failure-3, or :looping"),
    ("stop", "stop one with all below it: it asks"),
    ("plan", "rehearse the next heartbeat"),
    ("spawn", "spawn: full, so it asks whom to end"),
    ("timeline", "the agents over the heartbeats"),
    ("help", "every key, sign and alert"),
    ("quit", "leave: all of it ends, with a summary"),
)
"""What is worth trying, in this order."""
AFTER = (
    "To play it again: swarm-tui demo. To make a swarm of your own: swarm-tui init my-swarm && swarm-tui -C my-swarm"
)


class Greeting(OverTheRoom[None]):
    """Lies over the room until a key is pressed. minute: seconds that stand for a minute."""

    CSS: ClassVar[str] = """
    Greeting { align: center middle; }
    Greeting #box {
        width: 62; max-width: 100%; height: auto; max-height: 100%;
        background: $panel; color: $foreground; border: round $primary; padding: 0 1;
    }
    Greeting Static { height: auto; }
    """

    def __init__(self, minute: float) -> None:
        super().__init__()
        self._minute = minute

    def compose(self) -> ComposeResult:
        box = VerticalScroll(id="box")
        box.border_title = Content("the demo: what to try")
        box.border_subtitle = Content(f"{keys_of(self)('quit')} leaves, any other key begins")
        with box:
            for line in self._lines():
                yield Static(line)

    def _lines(self) -> Iterator[Content]:
        period = spell_duration(round(PERIOD_MINUTES * self._minute))
        yield Content(
            f"Harmless processes play a swarm in fast motion: a heartbeat every {period}. field-report plays the ten "
            "failures of the README. Most of it happens within two minutes."
        )
        yield Content("")
        key_of = keys_of(self)
        for name, words in TRY:
            yield Content.assemble((f"{key_of(name):>2}  ", "bold $accent"), fill_keys(words, key_of))

    def on_key(self, event: events.Key) -> None:
        """Any key begins, but the one that leaves."""
        event.stop()
        if event.key in BY_NAME["quit"].keys:
            self.app.exit(0)
        else:
            self.dismiss(None)

    def on_click(self) -> None:
        """So does a click."""
        self.dismiss(None)
