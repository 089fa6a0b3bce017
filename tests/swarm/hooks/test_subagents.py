"""`swarm-tui hook guard` and `subagent`: no more sub-agents at once than the agent may have."""

import json
import time
from pathlib import Path

import pytest

from swarm.protocol import subagents
from tests.support.hooked import Hooked


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    made = Hooked(tmp_path / "home", "genesis-01/worker-1")
    made.dir.run.mkdir(parents=True, exist_ok=True)
    made.dir.subagents.write_bytes(subagents.allowance(2))
    return made


def starts(hooked: Hooked, key: str, tool: str = "Agent") -> str:
    """Why a sub-agent may not start; '' where it may."""
    answered = hooked.call("guard", {"tool_name": tool, "tool_use_id": key, "tool_input": {"description": "looks"}})
    assert answered.status == 0
    if not answered.out:
        return ""
    decision = answered.answer["hookSpecificOutput"]
    assert decision["permissionDecision"] == "deny"
    return str(decision["permissionDecisionReason"])


def test_as_many_start_as_the_role_allows_and_an_end_makes_room(hooked: Hooked) -> None:
    assert [starts(hooked, key) for key in ("t-1", "t-2")] == ["", ""]
    assert "2 sub-agents at once" in starts(hooked, "t-3", "Task")
    may, live = subagents.read(hooked.dir)
    assert (may, len(live)) == (2, 2)
    assert hooked.call("subagent", {"hook_event_name": "SubagentStop"}).status == 0
    assert starts(hooked, "t-4") == ""
    assert [line["tool"] for line in hooked.events("guard")] == ["Task"]


def test_one_that_was_stopped_makes_room_as_soon_as_the_stream_would_tell_of_it(hooked: Hooked) -> None:
    began = {"type": "system", "subtype": "task_started", "task_id": "a1", "task_type": "local_agent"}
    stopped = {"type": "system", "subtype": "task_updated", "task_id": "a1", "patch": {"status": "killed"}}
    hooked.dir.log.mkdir(exist_ok=True)
    long_ago = (time.time() - 60, time.time() - 50)
    hooked.dir.subagents.write_bytes(subagents.allowance(2, long_ago))
    hooked.dir.stdout.write_text("".join(json.dumps(each) + "\n" for each in (began, {**began, "task_id": "a2"})))
    assert starts(hooked, "t-3")
    with hooked.dir.stdout.open("a") as file:
        file.write(json.dumps(stopped) + "\n")
    assert starts(hooked, "t-3") == ""
    assert starts(hooked, "t-4"), "a young one counts before the stream tells of it"


def test_more_ends_than_starts_allow_no_more(hooked: Hooked) -> None:
    for _ in range(3):
        assert hooked.call("subagent", {"hook_event_name": "SubagentStop"}).status == 0
    assert [bool(starts(hooked, key)) for key in ("t-1", "t-2", "t-3")] == [False, False, True]


@pytest.mark.parametrize("text", ["", "{", '{"may": -1}', '{"may": true}', '{"live": ["x"]}', "[]"])
def test_a_file_that_is_missing_or_wrong_allows_none(hooked: Hooked, text: str) -> None:
    hooked.dir.subagents.unlink()
    if text:
        hooked.dir.subagents.write_text(text)
    answered = hooked.call("guard", {"tool_name": "Agent", "tool_use_id": "t-1", "tool_input": {}})
    assert answered.status == 2 or b"deny" in answered.out
