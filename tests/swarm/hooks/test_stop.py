"""`swarm-tui hook stop`: a turn does not end without results unasked, and with them the program ends."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.protocol.inbox import entry
from tests.support.hooked import SPAWN, Answered, Hooked

GOOD = '{"status": "success", "summary": "it is there", "outputs": ["a.md"]}'


class Gated(Hooked):
    """An agent whose keeper listens: the test."""

    def __init__(self, root: Path, agent_id: str = "genesis-01/idea/worker-1") -> None:
        super().__init__(root, agent_id)
        self.dir.run.mkdir(parents=True, exist_ok=True)
        os.mkfifo(self.dir.keeper_orders)
        self.ears = os.open(self.dir.keeper_orders, os.O_RDWR | os.O_NONBLOCK)

    def closed(self) -> bool:
        """The keeper has been told to close the channel since the last look."""
        try:
            return os.read(self.ears, 100).startswith(b"c")
        except BlockingIOError:
            return False


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[Gated]:
    made = Gated(tmp_path / "home")
    try:
        yield made
    finally:
        os.close(made.ears)


def blocked(answered: Answered) -> str:
    """The reason for which a turn goes on; '' where it may end."""
    assert answered.status == 0
    if not answered.out:
        return ""
    assert answered.answer["decision"] == "block"
    return str(answered.answer["reason"])


def test_with_results_the_program_is_let_go(gated: Gated) -> None:
    gated.dir.results.write_text(GOOD)
    assert blocked(gated.stop()) == ""
    assert gated.closed()


def test_results_are_asked_for_three_times_and_then_it_ends(gated: Gated) -> None:
    for turn in range(3):
        reason = blocked(gated.stop(stop_hook_active=turn > 0))
        assert "results.json is missing" in reason
        assert "swarm-tui done" in reason
        assert not gated.closed()
    assert blocked(gated.stop(stop_hook_active=True)) == ""
    assert gated.closed()
    assert [line["code"] for line in gated.events("ask")] == ["no-results"] * 3


def test_words_of_a_person_begin_the_count_anew(gated: Gated) -> None:
    for turn in range(3):
        gated.stop(stop_hook_active=turn > 0)
    assert blocked(gated.stop(stop_hook_active=False))
    assert not gated.closed()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ('{"status": "succ', "Unterminated string"),
        ("[]", "an array"),
        ('{"status": "great"}', "status is"),
        ('{"outputs": "a.md"}', "outputs is"),
        ('{"acceptance": [{"text": "t"}]}', "acceptance"),
        ('{"status": NaN}', "NaN"),
    ],
)
def test_results_that_the_engine_would_not_take_are_none_and_the_reason_says_why(
    gated: Gated, text: str, why: str
) -> None:
    gated.dir.results.write_text(text)
    reason = blocked(gated.stop())
    assert "not valid" in reason
    assert why in reason


def test_a_results_file_that_is_a_link_or_a_fifo_is_not_waited_for(gated: Gated) -> None:
    gated.dir.results.symlink_to(gated.layout.policy)
    assert "is a link" in blocked(gated.stop())
    gated.dir.results.unlink()
    os.mkfifo(gated.dir.results)
    assert "is a FIFO" in blocked(gated.stop())


def test_messages_that_nobody_read_are_answered_before_the_end(gated: Gated) -> None:
    gated.dir.results.write_text(GOOD)
    gated.dir.inbox.write_text(entry("One more thing.", "operator", time.time(), "m-1a2b3c"))
    assert "One more thing." in blocked(gated.stop())
    assert not gated.closed()
    assert blocked(gated.stop(stop_hook_active=True)) == ""
    assert gated.closed()
    assert [line["messages"] for line in gated.events("deliver")] == [["m-1a2b3c"]]


def test_background_work_is_neither_ended_nor_asked_about(gated: Gated) -> None:
    agent = [{"id": "a1", "type": "subagent", "status": "running", "description": "d"}]
    shell = [{"id": "b1", "type": "shell", "status": "running", "description": "d", "command": "make"}]
    unknown: list[dict[str, str]] = [{}]
    for tasks in (agent, shell, agent + shell, unknown):
        assert blocked(gated.stop(background_tasks=tasks)) == ""
        assert not gated.closed()
    gated.dir.results.write_text(GOOD)
    assert blocked(gated.stop(background_tasks=agent)) == ""
    assert not gated.closed()
    assert blocked(gated.stop(background_tasks=shell)) == ""  # a server in the background would never end
    assert gated.closed()


def test_a_turn_that_failed_ends_the_program(gated: Gated) -> None:
    assert gated.call("stop", {"hook_event_name": "StopFailure", "error": "rate_limit"}).out == b""
    assert gated.closed()


def test_an_agent_that_is_being_ended_is_asked_for_nothing(gated: Gated) -> None:
    gated.dir.order.write_text(json.dumps({"spawn_id": SPAWN, "grace_s": 10.0}))
    assert blocked(gated.stop()) == ""
    assert gated.closed()


def test_the_root_thinks_in_turns_and_is_never_asked_for_results(tmp_path: Path) -> None:
    root = Gated(tmp_path / "home", "genesis-01")
    try:
        assert blocked(root.stop()) == ""
        assert root.closed()
    finally:
        os.close(root.ears)


def test_without_a_keeper_that_listens_the_turn_just_ends(gated: Gated) -> None:
    gated.dir.results.write_text(GOOD)
    gated.dir.keeper_orders.unlink()
    assert gated.stop() == Answered(0, b"", "")


def test_a_count_that_cannot_be_kept_keeps_nobody_from_ending(gated: Gated) -> None:
    gated.dir.delivered.mkdir()
    assert blocked(gated.stop()) == ""
    assert gated.closed()


def test_the_end_of_a_session_is_a_line_in_the_audit_log(gated: Gated) -> None:
    given = {"hook_event_name": "SessionEnd", "reason": "prompt_input_exit\x1b[2J", "session_id": "s-1"}
    assert gated.call("end", given) == Answered(0, b"", "")
    (line,) = gated.events("session-end")
    assert (line["reason"], line["session"], line["agent"]) == ("prompt_input_exit", "s-1", gated.id)


def test_the_end_of_a_session_takes_away_what_its_sandbox_left_behind_and_nothing_else(
    gated: Gated, tmp_path: Path
) -> None:
    place = tmp_path / "tmp"
    names = ("claude-empty-old", "claude-empty-young", "claude-empty-full", "somebody-elses")
    for name in names:
        (place / name).mkdir(parents=True)
    (place / "claude-empty-full" / "file").touch()
    (place / "claude-empty-link").symlink_to(place / "somebody-elses")
    two_hours_ago = time.time() - 7200
    for name in ("claude-empty-old", "claude-empty-full", "somebody-elses"):
        os.utime(place / name, (two_hours_ago, two_hours_ago))
    given = {"hook_event_name": "SessionEnd", "reason": "other", "session_id": "s-1"}
    assert gated.call("end", given, {"TMPDIR": str(place)}) == Answered(0, b"", "")
    left = {path.name for path in place.iterdir()}
    assert left == {*names, "claude-empty-link"} - {"claude-empty-old"}


def test_a_late_process_of_an_earlier_spawn_counts_and_ends_nothing_of_the_new_one(gated: Gated) -> None:
    gated.add(gated.id, "f" * 32)
    assert blocked(gated.stop()) == ""
    assert not gated.dir.delivered.exists()
    assert not gated.closed()
