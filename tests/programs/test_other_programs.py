"""Codex, Gemini and OpenCode as agents: success, failure, kill, figures, and a session taken up again."""

import json

import pytest

from swarm.model.record import Ending
from tests.support.model_scripts import Answer, Refuse, Seen, Usage, say, shell
from tests.support.program_home import ENDS_S, ProgramHome, needs
from tests.support.wait import wait_for

PROGRAMS = ()
OTHERS = ("codex", "gemini", "opencode")
DONE = shell('swarm-tui done --summary "it is there"', Usage(200, 20, 50))


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> str:
    """One of the other programs; skipped where it is not there."""
    needs(request.param)
    return str(request.param)


def test_it_works_reports_and_ends_with_exact_figures(real: ProgramHome, other: str) -> None:
    turns = [
        shell('echo a > page.md; swarm-tui progress "Written." --outputs 1', Usage(100, 10)),
        DONE,
        say("Done.", Usage(300, 30)),
    ]
    (real.root / "CLAUDE.md").write_text("You are the root, and THE-MARK-OF-THE-ROOT is yours.\n")
    real.use(other, turns)
    real.start("worker-1", other, task="The word is plover.")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert (real.agent("worker-1").path / "page.md").read_text() == "a\n"
    assert view.results.summary == "it is there"
    assert view.progress.last is not None
    assert view.progress.last.sentence == "Written."
    assert view.tokens is not None
    assert (view.tokens.input, view.tokens.output, view.tokens.cache_read) == (600, 60, 50)
    assert "The word is plover." in real.asked(other)[0].prompt
    assert not any("THE-MARK-OF-THE-ROOT" in json.dumps(dict(seen.body)) for seen in real.models.seen(side=True))
    assert real.swarm.snapshot().slots.used == 0


def test_a_refusal_of_its_model_service_fails_it_with_the_reason(real: ProgramHome, other: str) -> None:
    real.use(other, [Refuse(400)])
    real.start("worker-1", other)
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.FAILED
    assert "400" in view.record.why, view.record.why
    assert real.swarm.snapshot().slots.used == 0


def test_a_turn_that_ends_without_results_is_no_success(real: ProgramHome, other: str) -> None:
    real.use(other, [say("I am done, believe me.")])
    real.start("worker-1", other)
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.FAILED
    assert view.record.exit_code == 0
    assert "results" in view.record.why


def test_a_kill_during_a_tool_call_leaves_nothing(real: ProgramHome, other: str) -> None:
    child, tool = real.lasting(), real.lasting()
    real.use(other, [shell(f"setsid {child} & {tool}")])
    real.start("worker-1", other, task="The word is plover.")
    wait_for(lambda: real.running(child) and real.running(tool), f"the tool call of {other}", ENDS_S)
    assert "The word is plover." in real.asked(other)[0].prompt
    assert not real.in_arguments("The word is plover.")
    assert real.swarm.kill(["worker-1"], reason="enough", grace=1.0).gone
    assert not real.running(child)
    assert not real.running(tool)
    assert not real.left()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.KILLED


def test_its_session_is_taken_up_again_with_what_it_knew(real: ProgramHome, other: str) -> None:
    def script(seen: Seen) -> Answer:
        if seen.turns == 0:
            return say("I stop here.", Usage(100, 10))
        return DONE if not seen.results else say("Done.", Usage(300, 30))

    real.use(other, script)
    real.start("worker-1", other, task="The word is plover.")
    assert real.ended("worker-1").record.ending is Ending.FAILED  # type: ignore[union-attr]  # it has one: it was spawned
    real.swarm.respawn("worker-1")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.asked(other)[-1]
    assert "The word is plover." in last.prompt
    assert len(last.users) == 2
    assert view.tokens is not None
    # Its own alone: what its session used before is the ended run's.
    assert (view.tokens.input, view.tokens.output, view.tokens.cache_read) == (500, 50, 50)
