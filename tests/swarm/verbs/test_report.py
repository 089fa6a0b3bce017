"""What agents say of themselves: one line at a time, results once, and only as themselves."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.errors import Refused, UsageError
from swarm.home.actor import who
from swarm.model.actor import OPERATOR, Actor
from swarm.model.reports import ResultsState
from swarm.protocol.agent_files import read_results
from swarm.protocol.paths import Layout
from swarm.protocol.progress import read_progress
from swarm.verbs.report import done, progress
from tests.support import crash
from tests.support.homes import LiveHome

Reporter = tuple[LiveHome, Actor]


@pytest.fixture
def reporter(live_home: LiveHome) -> Reporter:
    """A running agent, as it knows itself."""
    spawned = live_home.spawn("worker-1")
    env = {"SWARM_AGENT": spawned.agent, "SWARM_SPAWN": spawned.spawn_id}
    return live_home, who(env, live_home.layout)


def test_progress_is_a_stamped_line_in_its_own_file(reporter: Reporter) -> None:
    home, me = reporter

    line = progress(home.layout, me, "Writing section 3.", 2)

    assert line.endswith(" - [outputs 2] Writing section 3.")
    last = read_progress(home.agent("worker-1")).last
    assert last is not None
    assert (last.sentence, last.outputs, last.naive) == ("Writing section 3.", 2, False)
    assert home.lines("progress") == [("progress", me.agent, True, "")]


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\n2026-01-01 10:00 - two", "one\u2028two", "a\x1b]52;c;x\x07b"])
def test_no_text_becomes_two_lines_or_steers_a_terminal(reporter: Reporter, text: str) -> None:
    home, me = reporter

    progress(home.layout, me, text)

    raw = home.agent("worker-1").progress.read_bytes()
    assert raw.count(b"\n") == 1
    assert b"\x1b" not in raw
    assert len(home.lines("progress")) == 1


def test_saying_nothing_is_wrong_usage(reporter: Reporter) -> None:
    home, me = reporter

    with pytest.raises(UsageError):
        progress(home.layout, me, "  \n ")
    assert home.lines("progress") == [("progress", me.agent, False, "usage")]


def test_results_are_written_whole_and_once(reporter: Reporter) -> None:
    home, me = reporter

    done(home.layout, me, status="partial", summary="half of it", outputs=("a.md",))

    results = read_results(home.agent("worker-1"))
    assert (results.state, results.status, results.summary, results.outputs) == (
        ResultsState.VALID,
        "partial",
        "half of it",
        ("a.md",),
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", results.finished_at)
    with pytest.raises(Refused) as caught:
        done(home.layout, me, summary="all of it")
    assert caught.value.code == "exists"
    assert read_results(home.agent("worker-1")).summary == "half of it"


@pytest.mark.parametrize("broken", ['{"status": "succ', '{"status": "great"}', "[]", '{"score": NaN}'])
def test_results_that_the_engine_would_not_take_are_replaced(reporter: Reporter, broken: str) -> None:
    home, me = reporter
    home.write_results("worker-1", broken)

    done(home.layout, me, summary="whole")

    assert read_results(home.agent("worker-1")).summary == "whole"


def test_a_whole_object_keeps_its_other_keys(reporter: Reporter) -> None:
    home, me = reporter
    given = {"status": "success", "acceptance": [{"text": "it is live", "passed": True}], "tokens": 5}

    done(home.layout, me, given=given, summary="short")

    results = read_results(home.agent("worker-1"))
    assert results.acceptance == (("it is live", True),)
    assert results.extra["tokens"] == 5
    assert results.summary == "short"


def test_what_is_null_in_a_whole_object_is_filled_in(reporter: Reporter) -> None:
    home, me = reporter

    done(home.layout, me, given={"status": None, "summary": None, "outputs": None, "finished_at": None})

    results = read_results(home.agent("worker-1"))
    assert (results.status, results.summary, results.outputs) == ("success", "", ())
    assert results.finished_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "great"},
        {"outputs": "a.md"},
        {"outputs": [1]},
        {"acceptance": [{"text": "x"}]},
        {"acceptance": "yes"},
        {"summary": 3},
        {"finished_at": 3},
        {"score": float("nan")},
        {"deep": [{"x": float("inf")}]},
        {"deep": json.loads("[" * 70 + "]" * 70)},
    ],
)
def test_an_object_that_is_no_results_is_refused(reporter: Reporter, wrong: dict[str, object]) -> None:
    home, me = reporter

    with pytest.raises(UsageError):
        done(home.layout, me, given=wrong)
    assert not home.agent("worker-1").results.exists()


def test_the_operator_reports_for_nobody(live_home: LiveHome) -> None:
    with pytest.raises(Refused) as caught:
        progress(live_home.layout, OPERATOR, "at work")
    assert caught.value.code == "hierarchy"
    with pytest.raises(Refused):
        done(live_home.layout, OPERATOR)
    refused = [(event.actor, event.verb, event.ok, event.code) for event in live_home.swarm.events()]
    assert refused[-2:] == [("operator", "progress", False, "hierarchy"), ("operator", "done", False, "hierarchy")]


def _report(root: Path, verb: str, who_it_is: Actor) -> None:
    if verb == "progress":
        progress(Layout(root), who_it_is, "Written.", 1)
    else:
        done(Layout(root), who_it_is, summary="it is there")


@pytest.mark.parametrize("verb", ["progress", "done"])
def test_a_report_killed_at_any_operation_is_there_or_not_and_the_next_one_works(reporter: Reporter, verb: str) -> None:
    home, me = reporter
    agent = home.agent("worker-1")
    for when in ("before", "after"):
        at = 0
        while crash.kill_at(at, when, _report, home.root, verb, me):
            at += 1
            assert read_results(agent).state in (ResultsState.ABSENT, ResultsState.VALID)
            if verb == "done" and agent.results.exists():
                agent.results.unlink()
            progress(home.layout, me, f"after a death {when} operation {at}")
            last = read_progress(agent).last
            assert last is not None
            assert last.sentence == f"after a death {when} operation {at}"
        assert at >= 2
        agent.results.unlink(missing_ok=True)
    lines = agent.progress.read_text().splitlines()
    assert all(" - " in line for line in lines)
    numbers = [event.seq for event in home.swarm.events(5000)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_environment_that_this_home_does_not_vouch_for_is_refused(reporter: Reporter) -> None:
    home, me = reporter
    for env in (
        {"SWARM_AGENT": me.agent},
        {"SWARM_SPAWN": me.spawn_id},
        {"SWARM_AGENT": me.agent, "SWARM_SPAWN": "another"},
        {"SWARM_AGENT": "genesis-01/nobody", "SWARM_SPAWN": me.spawn_id},
        {"SWARM_AGENT": "../../etc", "SWARM_SPAWN": me.spawn_id},
    ):
        with pytest.raises(Refused) as caught:
            who(env, home.layout)
        assert caught.value.code == "hierarchy", env


def test_without_an_agents_environment_it_is_the_operator(live_home: LiveHome) -> None:
    assert who({}, live_home.layout) == OPERATOR


def test_an_agents_environment_names_the_agent(reporter: Reporter) -> None:
    home, me = reporter
    env = {"SWARM_AGENT": me.agent, "SWARM_SPAWN": me.spawn_id}

    assert who(env, home.layout) == Actor("agent", me.agent, me.spawn_id)


def test_reporting_loads_nothing_heavy() -> None:
    heavy = (
        "pydantic",
        "dataclasses",
        "msgspec",
        "swarm.model.agent",
        "swarm.home.context",
        "textual",
        "watchfiles",
        "psutil",
    )
    code = (
        "import sys; from swarm.verbs import report; from swarm.home import actor; from swarm.protocol import progress;"
        "from swarm.ledger import audit_log;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
