"""The control room on a real Claude Code: what it does is seen, messages arrive, it is talked to and goes on."""

import pytest

from swarm.model.record import Ending
from tests.programs.test_claude_talk import Gate
from tests.support.cli import COMMAND
from tests.support.model_scripts import Answer, Say, Seen, Turn, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.tmux import Tmux, needs_tmux

PROGRAMS = ("claude",)
DONE = shell('swarm-tui done --summary "it is there"')
QUIET = {"TEXTUAL_ANIMATIONS": "none"}


@needs_tmux
def test_its_transcript_is_live_and_a_message_from_the_keyboard_arrives(real: ProgramHome) -> None:
    gate, later = Gate(real.user), Gate(real.user, "later")
    first = Turn((Say("I begin with the sources."), *gate.call.blocks))
    real.use("claude", [first, later.call, DONE, say("All is written.")])
    real.start("worker-1", "claude")
    gate.wait()
    with Tmux([COMMAND, "-C", str(real.root)], env=QUIET) as room:
        room.wait_for("worker-1", "running 1", deadline=ENDS_S)
        room.keys("j", "2")
        room.wait_for("[2 transcript]", "I begin with the sources.", "in Bash", "tok", deadline=ENDS_S)
        room.keys("m")
        room.wait_for("It goes into the running session")
        room.type("Please write in French.")
        room.wait_for("Please write in French.")
        room.keys("Enter")
        room.wait_for("is sent into the session")
        gate.open.touch()
        room.wait_for("was told m-", deadline=ENDS_S)
        room.keys("1")
        room.wait_for("was delivered")
        room.keys("2")
        later.wait()
        later.open.touch()
        room.wait_for("All is written.", "turn ended", deadline=ENDS_S)
        screen = room.screen()
        assert '{"type"' not in screen
        room.keys("q")
        assert room.exit_status() == 0
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))


@needs_tmux
@pytest.mark.parametrize(
    "before", [[], ["env", "-u", "TMUX"]], ids=["in a tmux window", "in place of the control room"]
)
def test_a_leads_into_its_session_and_back_into_the_control_room(real: ProgramHome, before: list[str]) -> None:
    gate = Gate(real.user)

    def script(seen: Seen) -> Answer:
        if "hello from a person" in seen.user:
            return say("Hello to you, person.")
        if any("headless run again" in text for text in seen.users):
            return say("All is written.") if seen.results and "done" in seen.results[-1].text else DONE
        return gate.call

    real.use("claude", script)
    agent = real.start("worker-1", "claude")
    gate.wait()
    real.onboarded(real.agent(agent).path)
    with Tmux([*before, COMMAND, "-C", str(real.root)], env=QUIET) as room:
        room.wait_for("worker-1", "running 1", deadline=ENDS_S)
        room.keys("j", "a")
        room.wait_for("Its run by itself ends first", "Talk  y")
        room.keys("y")
        room.wait_for("❯", deadline=ENDS_S)
        room.type("hello from a person")
        room.wait_for("hello from a person")
        room.keys("Enter")
        room.wait_for("Hello to you, person.", deadline=ENDS_S)
        room.type("/exit")
        room.wait_for("/exit")
        room.press_until("Enter", lambda screen: "/exit" not in screen, "the way back", ENDS_S)
        room.wait_for("worker-1", "heartbeats", deadline=ENDS_S)
        room.keys("q")
        assert room.exit_status() == 0
    assert not real.record("worker-1").taken_over
