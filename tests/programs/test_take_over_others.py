"""A person takes over Codex, Gemini and OpenCode in a terminal, and gives them back."""

import pytest

from swarm.model.record import Ending
from tests.support.cli import COMMAND
from tests.support.model_scripts import Answer, Seen, say, shell
from tests.support.program_home import ENDS_S, ProgramHome, needs
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

PROGRAMS = ()
READY = {"codex": "Ask Codex", "gemini": "Type your message", "opencode": "swarm Connected"}
"""What stands on the screen when it takes words."""
LEAVE = {"codex": "/quit", "gemini": "/quit", "opencode": "/exit"}
WORDS = "hello from a person"


@needs_tmux
@pytest.mark.parametrize("other", list(READY))
def test_a_person_talks_to_it_and_its_session_goes_on_with_what_was_said(real: ProgramHome, other: str) -> None:
    needs(other)
    results = real.agent("worker-1").results
    begun = real.user / "begun"

    def script(seen: Seen) -> Answer:
        if WORDS in seen.user:
            return say("Hello to you, person.")
        if seen.turns == 0:
            return shell(f"touch {begun}; sleep 297")
        return say("Done.") if results.exists() else shell('swarm-tui done --summary "it is there"')

    real.use(other, script)
    real.start("worker-1", other, task="The word is plover.")
    wait_for(begun.exists, "the tool call", ENDS_S)
    with Tmux([COMMAND, "-C", str(real.root), "attach", "worker-1"]) as terminal:
        terminal.wait_for(READY[other], deadline=ENDS_S)
        assert real.record("worker-1").taken_over
        assert not real.left("sleep 297"), "what its run by itself had open is gone"
        terminal.type(WORDS)
        terminal.wait_for(WORDS)
        terminal.keys("Enter")
        terminal.wait_for("Hello to you, person.", deadline=ENDS_S)
        terminal.type(LEAVE[other])
        terminal.wait_for(LEAVE[other])
        terminal.press_until("Enter", lambda screen: "goes on by itself" in screen, "the way back", ENDS_S)
        assert terminal.exit_status() == 0
    view = real.ended("worker-1")
    assert view.record is not None
    assert not view.record.taken_over
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.asked(other, "plover")[-1]
    assert WORDS in "\n".join(last.users)
    assert not real.left()
