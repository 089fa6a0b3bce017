"""A control room in a terminal that tells of its focus: slow while it has none, and there when it is back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.support.cli import COMMAND
from tests.support.homes import LiveHome
from tests.support.ptys import Terminal
from tests.support.wait import wait_for

FOCUSED, BLURRED = b"\x1b[I", b"\x1b[O"
TELL_ME = b"\x1b[?1004h"
"""What asks a terminal to tell of its focus."""


@contextmanager
def a_room(home: LiveHome, *, unseen: str) -> Iterator[Terminal]:
    """A control room that looks once an hour by itself while somebody looks at it."""
    home.rules(more=f'\n[watch]\nseen = "1h"\nunseen = "{unseen}"\nevents = false\n')
    home.spawn("worker-1")
    terminal = Terminal(COMMAND, "-C", str(home.root))
    try:
        wait_for(lambda: terminal.shows(b"nothing written yet"), "the first picture")
        assert terminal.shows(TELL_ME)
        yield terminal
    finally:
        terminal.kill()


def report(home: LiveHome) -> None:
    """The agent writes a line as agents do."""
    home.agent("worker-1").progress.write_text(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+00:00} - aha\n")


def test_without_focus_it_looks_at_the_pace_for_nobody(live_home: LiveHome) -> None:
    with a_room(live_home, unseen="0.2s") as terminal:
        terminal.press(BLURRED)
        report(live_home)
        wait_for(lambda: terminal.shows(b"aha"), "the line")


def test_with_the_focus_comes_what_happened_meanwhile(live_home: LiveHome) -> None:
    with a_room(live_home, unseen="1h") as terminal:
        terminal.press(BLURRED)
        report(live_home)
        terminal.press(FOCUSED)
        wait_for(lambda: terminal.shows(b"aha"), "the line")
