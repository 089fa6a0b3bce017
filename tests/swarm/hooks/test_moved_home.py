"""Hooks of an agent whose home was moved under it: nothing is let through, and nothing is made in the old place."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.hooked import Hooked


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    home = Hooked(tmp_path / "home")
    home.guard(writable=[home.dir.path])
    return home


CALLS: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("Write", {"file_path": "notes.md", "content": "x"}),
    ("Bash", {"command": "rm -rf ../../../state.json", "description": "d"}),
    ("Bash", {"command": "ls", "description": "d"}),
    ("Read", {"file_path": "notes.md"}),
    ("Task", {"description": "d", "prompt": "p"}),
)


@pytest.mark.parametrize(("tool", "given"), CALLS)
def test_no_call_of_a_tool_is_let_through_and_the_reason_is_said(
    hooked: Hooked, tool: str, given: Mapping[str, object]
) -> None:
    assert tool in ("Bash", "Task") or hooked.tool(tool, given).let_through
    hooked.root.rename(hooked.root.with_name("moved"))

    answered = hooked.tool(tool, given)

    assert answered.denied
    assert not answered.let_through
    if tool != "Task":
        assert "The home was moved or removed while the agent runs." in answered.err
    assert not hooked.root.exists()


@pytest.mark.parametrize("which", ["after", "stop", "end", "subagent"])
def test_the_other_hooks_say_so_and_leave_the_old_place_empty(hooked: Hooked, which: str) -> None:
    hooked.root.rename(hooked.root.with_name("moved"))
    answered = hooked.call(which, {"hook_event_name": "x", "tool_name": "Read", "tool_input": {}})
    assert answered.status in (0, 1)
    assert not hooked.root.exists()


def test_another_home_in_the_old_place_lets_nothing_through_either(hooked: Hooked) -> None:
    hooked.root.rename(hooked.root.with_name("moved"))
    other = Hooked(hooked.root)
    other.guard(writable=[other.dir.path], spawn_id="another")
    assert hooked.write("notes.md").denied
