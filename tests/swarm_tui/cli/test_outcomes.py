"""Outcomes on the command line: the board, and what `read` says of a success that is none."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from swarm.heartbeat.check_runner import run
from swarm.model.agent import Acceptance
from swarm_tui.cli.commands import outcomes, reports
from swarm_tui.cli.output import Output
from swarm_tui.cli.parser import whole_parser
from tests.support.homes import LiveHome


def said(home: LiveHome, function: Callable[..., int], *words: str) -> str:
    out = io.StringIO()
    args = whole_parser().parse_args([*words, "-C", str(home.root)])
    assert function(args, Output(out, io.StringIO(), json="--json" in words)) == 0
    return out.getvalue()


def test_failure_9_the_board_and_read_say_what_is_not_there(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarm.heartbeat.execute.start_runners", lambda home: None)
    goals = (Acceptance("the page is there", "echo no page; exit 3"), Acceptance("it is good"))
    live_home.spawn("w", "true", accept=goals)
    live_home.write_results("w", '{"summary": "done", "outputs": ["report.md"]}')
    live_home.wait_until_ended("w")
    live_home.swarm.beat(by="test")
    run(live_home.home, "check-test")

    board = said(live_home, outcomes.outcomes, "outcomes")
    assert board.splitlines()[0] == "genesis-01  0 of 1 checked outcomes are there, 1 that no command checks"
    assert "missing   X            the page is there  w  exit code 3: no page" in board
    value: Any = json.loads(said(live_home, outcomes.outcomes, "outcomes", "w", "--json"))
    (own,) = value["boards"]
    assert [(each["state"], each["history"]) for each in own["outcomes"]] == [
        ("missing", [{"n": 1, "there": False}]),
        ("unchecked", []),
    ]

    text = said(live_home, reports.read, "read", "w")
    assert text.startswith('DISPUTED: "an output that the results name is not there: report.md; check failed: the page')
    read: Any = json.loads(said(live_home, reports.read, "read", "w", "--json"))
    assert [each["kind"] for each in read["disputes"]] == ["missing-output", "check"]
    assert "rejected" in said(live_home, reports.reject, "reject", "w", "--why", "one source of three")
    read = json.loads(said(live_home, reports.read, "read", "w", "--json"))
    assert (read["disputes"], read["review"]["decision"]) == ([], "rejected")
    assert 'They are rejected by operator, with the words "one source of three' in said(
        live_home, reports.read, "read", "w"
    )
