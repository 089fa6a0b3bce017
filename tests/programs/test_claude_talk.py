"""Talking to a running Claude Code: messages, taking over in a terminal, keepers and control rooms that die."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.model.record import Ending
from swarm.programs.claude.stream import ClaudeReader
from swarm.programs.transcript import TranscriptLine, transcribe
from tests.support.cli import COMMAND
from tests.support.model_scripts import Answer, Seen, Turn, Usage, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version
WRITE_RESULTS = 'swarm-tui done --summary "it is there"'
DONE = shell(WRITE_RESULTS)


class Gate:
    """A tool call that says when it runs, and runs until it is let go."""

    def __init__(self, directory: Path, name: str = "gate") -> None:
        self.begun, self.open = directory / f"{name}-begun", directory / f"{name}-open"

    @property
    def call(self) -> Turn:
        return shell(f"touch {self.begun}; while [ ! -e {self.open} ]; do sleep 0.1; done; echo open", Usage(100, 10))

    def wait(self) -> None:
        wait_for(self.begun.exists, "the tool call", ENDS_S)


def test_a_message_reaches_the_agent_after_its_current_tool_call_once_and_its_delivery_is_seen(
    real: ProgramHome,
) -> None:
    gate, later = Gate(real.user), Gate(real.user, "later")
    real.use("claude", [gate.call, later.call, DONE, say("Done.")])
    real.start("worker-1", "claude")
    gate.wait()
    real.swarm.message("worker-1", "Please write in French.")
    assert "Please write in French." in real.agent("worker-1").inbox.read_text()
    assert not told(real)
    gate.open.touch()
    later.wait()
    real.seen("worker-1", lambda _: told(real), "the delivery")
    assert told(real)[0] in real.agent("worker-1").inbox.read_text()
    later.open.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    second, third = real.asked("claude")[1:3]
    assert second.turns == 1
    assert "Please write in French." in "\n".join([*second.users, *second.reminders])
    assert third.everything.count("Please write in French.") == 1


def told(real: ProgramHome) -> list[str]:
    """Ids of the messages that the program says it has taken."""
    activity = real.view("worker-1").activity
    return [key for key, _ in activity.delivered] if activity is not None else []


def transcript(real: ProgramHome) -> list[TranscriptLine]:
    """All that the transcript of the worker shows."""
    feed = ClaudeReader().feed
    output = real.agent("worker-1").stdout.read_bytes()
    return [line for each in output.splitlines() for activity in feed(each) for line in transcribe(activity)]


def test_the_agent_and_its_channel_outlive_the_control_room_that_started_it(real: ProgramHome) -> None:
    gate = Gate(real.user)
    real.use("claude", [gate.call, DONE, say("Done.")])
    starter = (
        "import os, signal, sys\n"
        "from swarm.api import Swarm\nfrom swarm.model.requests import SpawnRequest\n"
        f"swarm = Swarm.open({str(real.root)!r})\n"
        "swarm.spawn(SpawnRequest(name='worker-1', role='worker', task='Do it.', program='claude'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", starter], check=False).returncode == -signal.SIGKILL
    gate.wait()
    Swarm.open(real.root).message("worker-1", "You are not forgotten.")
    gate.open.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert "You are not forgotten." in real.asked("claude")[1].everything


def test_an_agent_whose_keeper_is_killed_is_taken_up_again_in_its_session(real: ProgramHome) -> None:
    gate = Gate(real.user)

    def script(seen: Seen) -> Answer:
        if seen.turns == 0:
            return gate.call
        return shell(f"cat draft.md; {WRITE_RESULTS}") if len(seen.results) < 2 else say("Done.")

    real.use("claude", script)
    real.start("worker-1", "claude", task="The word is plover.")
    gate.wait()
    (real.agent("worker-1").path / "draft.md").write_text("a nesting plover")
    record = real.record("worker-1")
    for identity in (record.keeper, record.process):
        assert identity is not None
        real.interrupt(identity, signal.SIGKILL)
    wait_for(lambda: real.swarm.settle() or not real.record("worker-1").live, "the end to be noticed", ENDS_S)
    real.swarm.kill(["worker-1"], reason="what it left", grace=0.0)
    assert not real.left()
    real.swarm.respawn("worker-1")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.asked("claude")[-1]
    assert "The word is plover." in last.prompt
    assert "a nesting plover" in last.results[-1].text, "its files are where its session left them"
    assert len(last.users) >= 2
    assert last.turns >= 2


def test_an_agent_that_loses_its_keeper_alone_ends_its_turn_and_is_collected(real: ProgramHome) -> None:
    gate = Gate(real.user)
    real.use("claude", [gate.call, DONE, say("Done.")])
    real.start("worker-1", "claude")
    gate.wait()
    keeper = real.record("worker-1").keeper
    assert keeper is not None
    real.interrupt(keeper, signal.SIGKILL)
    real.seen("worker-1", lambda view: "keeper" in {each.code for each in view.problems}, "its keeper to be missed")
    told = real.swarm.message("worker-1", "Please write in French.")
    assert not told.sent, "what reads the end of its channel hears nothing more"
    assert "keeper is gone" in told.waits
    gate.open.touch()
    wait_for(lambda: real.swarm.settle() or not real.record("worker-1").live, "the end to be noticed", ENDS_S)
    assert "Please write in French." in real.asked("claude")[1].everything, "its hook brings what waits"
    record = real.record("worker-1")
    assert record.ending is Ending.DONE, (record.why, real.said("worker-1"))
    assert "keeper" in record.unverified
    assert real.swarm.kill(["worker-1"], reason="look once more").gone
    assert not real.record("worker-1").unverified
    assert real.swarm.snapshot().slots.used == 0
    assert not real.left()


@needs_tmux
def test_what_is_said_after_a_person_begins_the_conversation_anew_counts_and_the_agent_goes_on_with_that(
    real: ProgramHome,
) -> None:
    gate = Gate(real.user)
    results = real.agent("worker-1").results

    def script(seen: Seen) -> Answer:
        if "another matter" in seen.user:
            return say("Then about that other one.")
        if "hello from a person" in seen.user:
            return say("Hello to you, person.")
        if seen.turns == 0 and "The word is plover" in seen.prompt:
            return gate.call
        return say("Done.") if results.exists() else DONE

    real.use("claude", script)
    real.onboarded(real.agent("worker-1").path)
    real.start("worker-1", "claude", task="The word is plover.")
    gate.wait()
    with Tmux([COMMAND, "-C", str(real.root), "attach", "worker-1"]) as terminal:
        terminal.wait_for("gate-begun", "❯", deadline=ENDS_S)
        say_in(terminal, "hello from a person", "Hello to you, person.")
        terminal.type("/clear")
        terminal.wait_for("/clear")
        terminal.press_until("Enter", lambda screen: "Hello to you, person." not in screen, "a fresh start", ENDS_S)
        say_in(terminal, "another matter", "Then about that other one.")
        terminal.type("/exit")
        terminal.wait_for("/exit")
        terminal.press_until("Enter", lambda screen: "goes on by itself" in screen, "the way back", ENDS_S)
        assert terminal.exit_status() == 0
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.asked("claude")[-1]
    asked = "\n".join(last.users)
    assert "another matter" in asked
    assert "hello from a person" not in asked, "its conversation was begun anew"
    assert f"Your brief is the file {real.agent('worker-1').task}" in asked
    lines = [line.shown for line in transcript(real)]
    order = ("▸ hello from a person", "Hello to you, person.", "▸ another matter", "Then about that other one.")
    assert [lines.index(each) for each in order] == sorted(lines.index(each) for each in order)
    # Five answers of 100 and 10: one headless, two in the terminal, two headless again.
    assert view.tokens is not None
    assert (view.tokens.input, view.tokens.output) == (500, 50)
    assert view.cost_usd == pytest.approx(5 * 0.00075)
    assert not real.left()


def say_in(terminal: Tmux, words: str, answer: str) -> None:
    """Types words, and waits for the answer to them."""
    terminal.type(words)
    terminal.wait_for(words)
    terminal.keys("Enter")
    terminal.wait_for(answer)


@needs_tmux
@pytest.mark.every_version
def test_a_person_takes_the_session_over_in_a_terminal_and_gives_it_back(real: ProgramHome) -> None:
    gate = Gate(real.user)
    results = real.agent("worker-1").results

    def script(seen: Seen) -> Answer:
        if "hello from a person" in seen.user:
            return say("Hello to you, person.")
        if seen.turns == 0:
            return gate.call
        return say("Done.") if results.exists() else DONE

    real.use("claude", script)
    real.onboarded(real.agent("worker-1").path)
    real.start("worker-1", "claude", task="The word is plover.")
    gate.wait()
    with Tmux([COMMAND, "-C", str(real.root), "attach", "worker-1"]) as terminal:
        terminal.wait_for("gate-begun", "❯", deadline=ENDS_S)
        assert real.record("worker-1").taken_over
        assert real.swarm.snapshot().slots.used == 1
        terminal.type("hello from a person")
        terminal.wait_for("hello from a person")
        terminal.keys("Enter")
        terminal.wait_for("Hello to you, person.")
        terminal.type("/exit")
        terminal.wait_for("/exit")
        terminal.press_until("Enter", lambda screen: "goes on by itself" in screen, "the way back", ENDS_S)
        assert terminal.exit_status() == 0
    view = real.ended("worker-1")
    assert view.record is not None
    assert not view.record.taken_over
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.asked("claude")[-1]
    assert "The word is plover." in last.prompt
    assert "hello from a person" in "\n".join(last.users)
    lines = [line.shown for line in transcript(real)]
    talk = lines[lines.index("— run: in the operator's terminal —") :]
    assert talk.index("▸ hello from a person") < talk.index("Hello to you, person.") < talk.index("— run —")
    assert view.activity is None or not view.activity.untold
    # Four answers of 100 and 10: one headless, one in the terminal, two headless again.
    assert view.tokens is not None
    assert (view.tokens.input, view.tokens.output) == (400, 40)
    assert view.cost_usd == pytest.approx(4 * 0.00075)
    assert not view.unpriced
    assert [verb for verb, *_ in real.lines() if verb in {"attach", "detach"}] == ["attach", "detach"]
    assert not real.left()
