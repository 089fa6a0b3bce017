"""`swarm-tui attach` in a real terminal: the person talks, leaves, is hung up on; the agent goes on."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.model.record import Phase
from swarm.protocol.paths import AgentDir
from tests.support.chatting import chat, kept, told, with_chatter
from tests.support.cli import COMMAND, swarm_tui
from tests.support.homes import LiveHome
from tests.support.ptys import Terminal
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture
def talk(live_home: LiveHome) -> tuple[LiveHome, AgentDir, Path]:
    sessions = with_chatter(live_home)
    return live_home, chat(live_home), sessions


@contextmanager
def attached(home: LiveHome, *more: str) -> Iterator[Terminal]:
    """A terminal in which somebody talks to worker-1; it shows that it is ready."""
    terminal = Terminal(COMMAND, "-C", str(home.root), "attach", "worker-1", *more)
    try:
        wait_for(lambda: terminal.shows(b"ready>"), "the session")
        wait_for(lambda: home.record("worker-1").process and home.record("worker-1").keeper is None, "the ledger")
        yield terminal
    finally:
        terminal.kill()


def goes_on(home: LiveHome) -> bool:
    record = home.record("worker-1")
    return record.phase is Phase.RUNNING and not record.taken_over and record.keeper is not None


def test_a_person_talks_leaves_and_the_agent_goes_on(talk: tuple[LiveHome, AgentDir, Path]) -> None:
    home, agent, sessions = talk
    with attached(home) as terminal:
        assert terminal.shows(b"before:"), "what was said before is there"
        assert home.record("worker-1").taken_over.startswith("the operator at /dev/")
        os.write(terminal.end, b"look at page 4\r")
        wait_for(lambda: terminal.shows(b"kept>"), "an answer")
        os.write(terminal.end, b"/exit\r")
        wait_for(lambda: terminal.shows(b"goes on by itself"), "the word that it goes on")
        wait_for(terminal.ended, "the command to end")
        assert terminal.status == 0
    assert goes_on(home)
    wait_for(lambda: len(told(agent)) == 2, "its next turn")
    assert "look at page 4" in kept(sessions, agent)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_command_that_is_told_to_leave_gives_the_agent_back(
    talk: tuple[LiveHome, AgentDir, Path], number: signal.Signals
) -> None:
    home, agent, _ = talk
    with attached(home) as terminal:
        os.kill(terminal.pid, number)
        wait_for(terminal.ended, "the command to end")
    assert goes_on(home)
    wait_for(lambda: len(told(agent)) == 2, "its next turn")


def test_a_terminal_that_is_closed_gives_the_agent_back(talk: tuple[LiveHome, AgentDir, Path]) -> None:
    home, agent, _ = talk
    with attached(home) as terminal:
        terminal.close()
        wait_for(terminal.ended, "the command to end")
    assert goes_on(home)
    wait_for(lambda: len(told(agent)) == 2, "its next turn")


def test_a_command_that_is_killed_is_found_by_the_next_heartbeat(talk: tuple[LiveHome, AgentDir, Path]) -> None:
    home, agent, _ = talk
    with attached(home) as terminal:
        os.kill(terminal.pid, signal.SIGKILL)
        wait_for(terminal.ended, "the command to end")
        terminal.close()
        wait_for(lambda: not home.alive("worker-1"), "its program to hang up")
    assert swarm_tui("heartbeat", "--force", home=home.root).status == 0
    assert goes_on(home)
    # The same heartbeat may ask for results already, where the turn is over by then.
    wait_for(lambda: len(told(agent)) >= 2, "its next turn")


def test_an_interrupt_is_for_the_program_alone(talk: tuple[LiveHome, AgentDir, Path]) -> None:
    home, _, _ = talk
    with attached(home) as terminal:
        os.write(terminal.end, b"\x03")
        wait_for(terminal.ended, "the command to end")
        assert terminal.shows(b"goes on by itself")
    assert goes_on(home)


def test_a_program_that_sends_itself_to_the_rear_goes_on(talk: tuple[LiveHome, AgentDir, Path]) -> None:
    home, _, _ = talk
    with attached(home) as terminal:
        process = home.record("worker-1").process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        os.write(terminal.end, b"are you there\r")
        wait_for(lambda: terminal.shows(b"kept>"), "an answer")
        os.write(terminal.end, b"/exit\r")
        wait_for(terminal.ended, "the command to end")
    assert goes_on(home)


def test_without_a_terminal_it_says_what_else_there_is(talk: tuple[LiveHome, AgentDir, Path]) -> None:
    home, _, _ = talk
    ran = swarm_tui("attach", "worker-1", home=home.root)
    assert ran.status == 2
    assert "swarm-tui log worker-1 -f" in ran.err
    assert home.record("worker-1").keeper is not None


def test_an_agent_without_a_session_is_refused_in_words(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    terminal = Terminal(COMMAND, "-C", str(live_home.root), "attach", "worker-1")
    try:
        wait_for(lambda: terminal.shows(b"log genesis-01/worker-1 -f"), "what to do instead")
        wait_for(terminal.ended, "the command to end")
    finally:
        terminal.kill()
    assert terminal.status == 3
