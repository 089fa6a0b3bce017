"""Long and odd texts reach the model of the real Claude Code letter by letter: briefs, messages, what hooks bring."""

import pytest

from swarm.model.record import Ending
from tests.programs.test_claude_talk import DONE, Gate
from tests.support.honest import HONEST
from tests.support.model_scripts import say
from tests.support.program_home import ProgramHome

PROGRAMS = ("claude",)
ODD = "\n".join(HONEST[name] for name in ("tabs", "spaces", "joiners", "combining", "right to left"))
TEXTS = pytest.mark.parametrize("text", [HONEST["100 KB"], ODD], ids=["100 KB", "odd letters"])


def must_be_done(real: ProgramHome) -> None:
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))


@TEXTS
def test_a_brief_reaches_its_first_turn_whole(real: ProgramHome, text: str) -> None:
    real.use("claude", [DONE, say("Done.")])
    real.start("worker-1", "claude", task=text)
    must_be_done(real)
    assert text in real.asked("claude")[0].prompt


@TEXTS
def test_a_message_goes_into_a_running_session_whole(real: ProgramHome, text: str) -> None:
    gate = Gate(real.user)
    real.use("claude", [gate.call, DONE, say("Done.")])
    real.start("worker-1", "claude")
    gate.wait()
    assert real.swarm.message("worker-1", text).sent
    gate.open.touch()
    must_be_done(real)
    assert text.replace("\n", "\n> ") in real.asked("claude")[1].everything


@TEXTS
def test_a_hook_brings_a_message_whole_or_says_where_all_of_it_stands(real: ProgramHome, text: str) -> None:
    gate = Gate(real.user)
    real.use("claude", [gate.call, DONE, say("Done.")])
    real.start("worker-1", "claude")
    gate.wait()
    real.swarm.pause("worker-1")
    assert not real.swarm.message("worker-1", text).sent
    real.swarm.resume("worker-1")
    gate.open.touch()
    must_be_done(real)
    heard = real.asked("claude")[1].everything
    if text == ODD:
        assert text.replace("\n", "\n> ") in heard
    else:
        inbox = real.agent("worker-1").inbox
        assert f"of {inbox}" in heard
        first, last = heard.partition("in lines ")[2].split(" of ")[0].split(" to ")
        assert text in "\n".join(inbox.read_text().split("\n")[int(first) - 1 : int(last)])
