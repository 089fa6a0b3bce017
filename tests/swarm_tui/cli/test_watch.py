"""`status --watch`, narrowed status, alerts and what answers them, and lines that fit, with the command itself."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.ledger.state import State, with_record
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase
from swarm.model.values import replace
from swarm.verbs.init import init
from tests.support.cli import COMMAND, environment, swarm_tui
from tests.support.ptys import Terminal
from tests.support.swarms import a_record
from tests.support.wait import wait_for
from widgets.cells import width_of

LONG = "a long word about it, " * 20
HELPER, GONE = "genesis-01/idea/helper", "genesis-01/idea/gone"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LEAVES = b"\x1b[?25h\x1b[?1049l"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a queued agent, a failed one, and two alerts; nothing runs in it."""
    root = tmp_path / "home"
    init(root)

    def fill(state: State) -> State:
        for name in ("idea", "idea/helper"):
            state = with_record(state, a_record(name, phase=Phase.QUEUED, process=None, keeper=None))
        gone = a_record("idea/gone", phase=Phase.ENDED, ending=Ending.FAILED, why=LONG, process=None, keeper=None)
        alerts = (
            Alert(HELPER, AlertCause.LOOPING, LONG, "spawn-helper", 1.0, 1.0),
            Alert(GONE, AlertCause.FAILED, "it failed", "spawn-gone", 2.0, 2.0),
        )
        return replace(with_record(state, gone), alerts=alerts)

    Swarm.open(root).home.ledger.commit(fill, purpose="a test")
    return root


@pytest.fixture
def watching(home: Path) -> Iterator[Terminal]:
    terminal = Terminal(COMMAND, "-C", str(home), "status", "--watch")
    try:
        wait_for(lambda: terminal.shows(b"helper"), "the first picture")
        yield terminal
    finally:
        terminal.kill()


def test_a_watch_draws_what_changed_alone_and_gives_the_terminal_back_at_the_end(
    home: Path, watching: Terminal
) -> None:
    assert b"\x1b[?1049h\x1b[?25l" in watching.text
    watching.text = b""
    Swarm.open(home).home.ledger.commit(
        lambda state: with_record(state, a_record("newcomer", phase=Phase.QUEUED, process=None, keeper=None)),
        purpose="a test",
    )
    wait_for(lambda: watching.shows(b"newcomer"), "the new agent")
    assert b"\x1b[2J" not in watching.text, "nothing is wiped: it would flicker"
    os.kill(watching.pid, signal.SIGTERM)
    wait_for(lambda: watching.shows(LEAVES), "the terminal is as it was")
    wait_for(watching.ended, "it has ended")
    assert watching.status == 0


def test_ctrl_c_ends_a_watch_as_it_ends_everything(watching: Terminal) -> None:
    watching.press(b"\x03")
    wait_for(lambda: watching.shows(LEAVES), "the terminal is as it was")
    wait_for(watching.ended, "it has ended")
    assert watching.status == 130


def test_in_a_pipe_a_watch_prints_at_every_change_and_ends_with_its_reader(home: Path) -> None:
    argv = [COMMAND, "-C", str(home), "status", "--watch", "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment()) as watch:
        try:
            assert watch.stdout is not None
            first = json.loads(watch.stdout.readline())
            Swarm.open(home).home.ledger.commit(
                lambda state: with_record(state, a_record("newcomer", phase=Phase.QUEUED, process=None, keeper=None)),
                purpose="a test",
            )
            second = json.loads(watch.stdout.readline())
            watch.stdout.close()
            assert watch.wait(timeout=20) == 0, "it does not wait for another change to see that its reader is gone"
        finally:
            watch.kill()
    assert [len(each["agents"]) for each in (first, second)] == [4, 5]


def test_status_is_narrowed_by_ids_filters_and_problems(home: Path) -> None:
    def names(*words: str) -> set[str]:
        return {row["name"] for row in swarm_tui("status", "--json", *words, home=home).document["agents"]}

    assert names("idea") == {"idea", "helper", "gone"}
    assert names("helper", "gone") == {"helper", "gone"}
    assert names("idea", ":fail") == names("--problems", "gone") == {"gone"}
    assert names("idea", "!:failed") == {"idea", "helper"}
    wrong = swarm_tui("status", "nobody-at-all", home=home)
    assert (wrong.status, "[no-such-agent]" in wrong.err) == (4, True)
    wrong = swarm_tui("status", ":faild", home=home)
    assert (wrong.status, ":failed" not in wrong.err.split("there are")[0]) == (2, True)


def test_a_pipe_gets_whole_lines_and_a_terminal_lines_as_wide_as_it_is(home: Path) -> None:
    piped = swarm_tui("status", home=home).out
    assert LONG.strip() in piped
    for words in (("status",), ("events",), ("alerts",)):
        assert max(width_of(line) for line in on_a_terminal(home, *words)) <= 120


def on_a_terminal(home: Path, *words: str) -> list[str]:
    """What the command prints on a terminal of 120 columns, without colours."""
    terminal = Terminal(COMMAND, "-C", str(home), *words)
    try:
        wait_for(lambda: _is_over(terminal), "it has printed")
    finally:
        terminal.kill()
    return COLOUR.sub("", terminal.text.decode()).replace("\r", "").splitlines()


def _is_over(terminal: Terminal) -> bool:
    """Whether the program has ended and all that it wrote was read."""
    before = len(terminal.text)
    terminal.shows(b"")
    return terminal.ended() and len(terminal.text) == before


def test_alerts_are_listed_and_acknowledged_by_agent_by_cause_or_all(home: Path) -> None:
    listed = swarm_tui("alerts", "--json", home=home).document
    names = [each["name"] for each in listed["alerts"]]
    assert {f"{HELPER}:looping", f"{GONE}:failed"} <= set(names)
    of_one = swarm_tui("alerts", "helper", "--json", home=home).document["alerts"]
    assert f"{HELPER}:looping" in {each["name"] for each in of_one}
    assert {each["agent"] for each in of_one} == {HELPER}
    assert swarm_tui("ack", "helper:looping", home=home).out == f"{HELPER}:looping\n"
    assert " idea/helper:looping " not in swarm_tui("alerts", home=home).out
    assert "acknowledged by operator" in swarm_tui("alerts", "--all", home=home).out
    assert swarm_tui("ack", ":failed", "--json", home=home).document["acknowledged"] == [f"{GONE}:failed"]
    back = swarm_tui("ack", "helper:looping", "--undo", home=home)
    assert (back.out, back.err) == (f"{HELPER}:looping\n", "1 alert open again\n")
    assert " idea/helper:looping " in swarm_tui("alerts", home=home).out
    assert swarm_tui("ack", ":looping", "--undo", "--json", home=home).document["opened"] == [], "it is open"
    wrong = swarm_tui("ack", "helper:lost", home=home)
    assert (wrong.status, "[no-such-alert]" in wrong.err) == (4, True)
    assert swarm_tui("ack", home=home).status == swarm_tui("ack", "helper", "--all", home=home).status == 2


def test_freeze_halts_the_swarm_and_thaw_lets_it_go_on(home: Path) -> None:
    assert swarm_tui("freeze", "--json", home=home).document["agents"] >= 0
    assert Swarm.open(home).home.ledger.read().frozen_all
    assert swarm_tui("thaw", home=home).status == 0
    assert not Swarm.open(home).home.ledger.read().frozen_all
