"""Terminals that are closed under the control room."""

import os
import pty
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.verbs.init import init
from swarm_tui.terminal.hangup import is_gone
from tests.support.ptys import Terminal
from tests.support.wait import wait_for

HANDLED = """
import os, signal, sys
from swarm_tui.terminal.hangup import take_hangups
signal.signal(signal.SIGCONT, lambda *_: os.write(1, b"started anew"))
take_hangups()
print("ready", flush=True)
while os.path.exists(sys.argv[1]):
    signal.sigtimedwait([], 0.05)
os.write(1, b"the last word")
"""


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.kill()


def test_a_terminal_is_gone_when_its_other_end_was_closed() -> None:
    end, descriptor = pty.openpty()
    try:
        assert not is_gone(descriptor)
        os.close(end)
        assert is_gone(descriptor)
    finally:
        os.close(descriptor)


def test_a_file_and_a_pipe_with_a_reader_are_not_gone(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with (tmp_path / "file").open("w") as file:
        assert not is_gone(file.fileno())
        assert not is_gone(writer)
    os.close(reader)
    os.close(writer)


def test_what_is_written_after_a_hangup_fails_nobody(tmp_path: Path, terminals: list[Terminal]) -> None:
    going = tmp_path / "going"
    going.write_text("")
    terminal = Terminal(sys.executable, "-c", HANDLED, str(going))
    terminals.append(terminal)
    wait_for(lambda: terminal.shows(b"ready"), "it runs")
    terminal.close()
    going.unlink()
    wait_for(terminal.ended, "it ends")
    assert terminal.status == 0


def test_a_hangup_from_somebody_leaves_a_living_terminal_alone(tmp_path: Path, terminals: list[Terminal]) -> None:
    going = tmp_path / "going"
    going.write_text("")
    terminal = Terminal(sys.executable, "-c", HANDLED, str(going))
    terminals.append(terminal)
    wait_for(lambda: terminal.shows(b"ready"), "it runs")
    os.kill(terminal.pid, signal.SIGHUP)
    going.unlink()
    wait_for(lambda: terminal.shows(b"the last word"), "it still writes to the terminal")


@pytest.mark.slow
def test_a_control_room_whose_terminal_is_closed_goes_away(tmp_path: Path, terminals: list[Terminal]) -> None:
    init(tmp_path / "home")
    terminal = Terminal(sys.executable, "-m", "swarm_tui", "-C", str(tmp_path / "home"))
    terminals.append(terminal)
    wait_for(lambda: terminal.shows(b"genesis-01"), "the room is open", deadline=60)
    terminal.close()
    wait_for(terminal.ended, "it has left", deadline=60)
    assert terminal.status == 129
