"""Claude Code as an agent: brief, work, report, results, figures; and how its end is gated."""

import json

import pytest

from swarm.model.record import Ending
from tests.support.model_scripts import Hang, Usage, call, say, shell, write
from tests.support.model_server import ModelServer
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version
REPORT = shell('swarm-tui progress "The page is written." --outputs 1', Usage(200, 20, 1000, 300))
DONE = shell('swarm-tui done --summary "the page is there" --output page.md', Usage(300, 30, 1300))


def results_of_stream(real: ProgramHome, agent_id: str) -> list[dict[str, object]]:
    """The result lines that the program printed."""
    lines = [json.loads(line) for line in real.agent(agent_id).stdout.read_text().splitlines()]
    return [line for line in lines if line.get("type") == "result"]


def test_an_agent_works_reports_and_ends_with_exact_figures(real: ProgramHome) -> None:
    directory = real.agent("worker-1").path
    turns = [
        write(directory / "page.md", "# A page\n", Usage(100, 10)),
        REPORT,
        DONE,
        say("It is there.", Usage(400, 40)),
    ]
    real.use("claude", turns)
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert (directory / "page.md").read_text() == "# A page\n"
    assert view.results.summary == "the page is there"
    assert view.progress.last is not None
    assert view.progress.last.sentence == "The page is written."
    assert view.tokens is not None
    got = (view.tokens.input, view.tokens.output, view.tokens.cache_read, view.tokens.cache_write)
    assert got == (1000, 100, 2300, 300)
    assert view.cost_usd == results_of_stream(real, "worker-1")[-1]["total_cost_usd"]
    assert view.cost_usd
    assert view.record.tokens == got
    assert real.swarm.snapshot().slots.used == 0


def test_the_brief_is_what_the_agent_reads_first_and_is_in_no_argument(real: ProgramHome) -> None:
    real.use("claude", [Hang()])
    secret = "the password of the treasure is swordfish"
    real.start("worker-1", "claude", task=secret)
    seen = wait_for(lambda: real.asked("claude"), "the first request", ENDS_S)[0]
    assert secret in seen.prompt
    assert "genesis-01/worker-1" in seen.prompt + seen.system
    assert not real.in_arguments("swordfish")
    assert real.swarm.kill(["worker-1"], reason="seen", grace=1.0).gone


def test_the_manual_of_the_root_is_in_no_workers_prompt(real: ProgramHome, models: ModelServer) -> None:
    (real.root / "CLAUDE.md").write_text("You are the root and THE-MARK-OF-THE-ROOT is yours.\n")
    (real.root / "swarm" / "CLAUDE.md").write_text("THE-MARK-OF-THE-ROOT again\n")
    (real.user / ".claude").mkdir()
    (real.user / ".claude" / "CLAUDE.md").write_text("THE-MARK-OF-A-PERSON\n")
    real.use("claude", [DONE, say("Done.")])
    real.start("worker-1", "claude")
    real.ended("worker-1")
    for seen in models.seen(side=True):
        assert "THE-MARK-OF" not in json.dumps(dict(seen.body))
    assert real.asked("claude")
    assert not models.elsewhere


def test_the_end_of_a_turn_without_results_is_answered_by_asking_for_them(real: ProgramHome) -> None:
    real.use("claude", [say("I think I am done."), DONE, say("Now I am.")])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, view.record.why
    asked = real.asked("claude")[1]
    assert "done" in asked.user
    assert "swarm-tui done" in asked.user


def test_an_agent_that_never_writes_results_is_asked_three_times_and_then_ends_as_failed(real: ProgramHome) -> None:
    real.use("claude", [say("I am done, believe me.")])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.FAILED
    assert view.record.exit_code == 0
    assert "results" in view.record.why
    assert len(real.asked("claude")) == 4
    assert real.swarm.snapshot().slots.used == 0


def test_the_agent_reports_and_ends_through_our_mcp_server_too(real: ProgramHome) -> None:
    turns = [
        call("mcp__swarm__progress", text="Half of it is there.", outputs=1),
        call("mcp__swarm__spawn", name="helper", role="worker", task="Help."),
        call("mcp__swarm__done", summary="all of it is there"),
        say("Done."),
    ]
    real.use("claude", turns)
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert view.results.summary == "all of it is there"
    assert view.progress.last is not None
    assert "Half of it" in view.progress.last.sentence
    refused = real.asked("claude")[-1].results[1]
    assert refused.error
    assert "slot" in refused.text
