"""`u`: takes the last act back, and says what of it could not be."""

from collections.abc import Callable

from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.undo import TakenBack

MOST_REASONS = 3


def undo(room: ActingScreen) -> None:
    take_back(room)


def take_back(room: ActingScreen, then: Callable[[], object] = lambda: None) -> None:
    """Takes back what was done last, or says why it stays; `then` follows once something was tried."""
    inverse = room.undo.take(room.now.awake)
    if inverse is None:
        room.say(room.undo.why_not(room.now.awake), severity="warning")
        return

    def done(result: TakenBack) -> None:
        if result.words:
            room.say(f"taken back: {result.words}")
        for why in result.left[:MOST_REASONS]:
            room.say(f"not taken back: {why}", severity="warning")
        if (more := len(result.left) - MOST_REASONS) > 0:
            room.say(f"not taken back: {more} more", severity="warning")
        then()

    room.perform("take it back", inverse, done)


HANDLERS = {"undo": undo}
