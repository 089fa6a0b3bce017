"""Claude Code in trouble: a model service that refuses or is silent, a kill in the middle, keepers that die."""

import json

from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.service import Trouble
from tests.support.model_scripts import Drop, Hang, Refuse, Usage, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
DONE = shell('swarm-tui done --summary "it is there"')


def test_a_retry_storm_is_shown_while_it_lasts_and_recovers(real: ProgramHome) -> None:
    # The third 529 in a row would end the turn, however many retries are allowed.
    storm = Refuse(500, times=2, then=Refuse(529, times=2, then=DONE))
    real.use("claude", [storm, say("Done.")], env={"CLAUDE_CODE_MAX_RETRIES": "6"})
    real.start("worker-1", "claude")
    view = real.seen("worker-1", lambda view: view.retries >= 3, "three retries")
    assert "529" in view.retrying
    assert real.verdict("worker-1").state is Health.RETRYING
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, view.record.why
    assert not view.retrying


def test_a_retry_storm_that_does_not_end_lets_the_agent_wait_and_says_why(real: ProgramHome) -> None:
    real.use("claude", [Refuse(529)])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.phase is Phase.WAITING
    assert "529" in real.verdict("worker-1").why
    assert real.swarm.snapshot().slots.used == 1


def test_a_request_that_cannot_succeed_fails_at_once(real: ProgramHome) -> None:
    real.use("claude", [Refuse(400)])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.FAILED
    assert "400" in view.record.why
    assert "api_retry" not in real.agent("worker-1").stdout.read_text(), "newer versions ask in other words, unwaited"


def test_a_server_that_never_answers_is_waited_for_then_retried_and_not_taken_for_life(real: ProgramHome) -> None:
    real.use("claude", [Hang()], env={"API_TIMEOUT_MS": "3000", "CLAUDE_CODE_MAX_RETRIES": "1"})
    real.start("worker-1", "claude")
    real.seen("worker-1", lambda view: view.retries, "a retry after the silence")
    assert real.verdict("worker-1").state is Health.RETRYING
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.waiting is not None
    assert view.record.waiting.trouble is Trouble.UNREACHABLE


def test_an_answer_that_breaks_off_is_asked_for_again(real: ProgramHome) -> None:
    real.use("claude", [Drop(then=DONE), say("Done.")])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))


def test_a_kill_during_a_tool_call_leaves_nothing_of_what_that_had_detached(real: ProgramHome) -> None:
    child, tool = real.lasting(), real.lasting()
    detached = f"setsid nohup {child} >/dev/null 2>&1 & {tool}"
    real.use("claude", [shell(detached, Usage(100, 10))])
    real.start("worker-1", "claude")
    wait_for(lambda: real.running(child) and real.running(tool), "the tool call and its detached child", ENDS_S)
    report = real.swarm.kill(["worker-1"], reason="enough of it")
    assert report.gone
    assert not real.running(child)
    assert not real.running(tool)
    assert not real.left()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.KILLED
    assert view.tokens is not None
    assert view.tokens.input == 100
    assert real.swarm.snapshot().slots.used == 0


def test_a_program_that_cannot_start_fails_with_what_it_said(real: ProgramHome) -> None:
    real.use("claude", [say("never")], settings='args = ["--no-such-flag"]')
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.FAILED
    assert view.record.exit_code == 1
    assert "no-such-flag" in real.agent("worker-1").stderr.read_text()
    assert not real.models.requests


def test_what_is_printed_is_one_object_a_line_with_the_beginning_of_the_run_marked(real: ProgramHome) -> None:
    real.use("claude", [DONE, say("Done.")])
    real.start("worker-1", "claude")
    real.ended("worker-1")
    lines = [json.loads(line) for line in real.agent("worker-1").stdout.read_text().splitlines()]
    assert (lines[0]["type"], lines[0]["subtype"]) == ("swarm", "run")
    assert lines[0]["spawn_id"] == real.record("worker-1").spawn_id
    assert lines[-1]["type"] == "result"
