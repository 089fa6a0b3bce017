"""What agents of Claude Code are offered, at every version: no side doors, and sub-agents only where a role says so."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

import roles
from swarm.hooks.subagents import YOUNG_S
from swarm.model.record import Ending
from swarm.model.snapshot import AgentView
from swarm.protocol import subagents
from tests.support.model_scripts import Call, agent, by_word, call, calls, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version
DONE = shell('swarm-tui done --summary "it is there"')
SIDE_DOORS: dict[str, dict[str, Any]] = {
    "ListAgents": {},
    "SendMessage": {"to": "someone", "message": "hello", "summary": "hello"},
    "CronCreate": {"cron": "* * * * *", "prompt": "again"},
    "ScheduleWakeup": {"delaySeconds": 60, "prompt": "again", "reason": "to go on"},
    "Monitor": {"command": "sleep 1", "description": "it lasts"},
    "ToolSearch": {"query": "select:SendMessage"},
    "EnterWorktree": {"name": "elsewhere"},
    "Workflow": {"script": "x"},
}


def offered(real: ProgramHome, name: str) -> set[str]:
    """The tools that the program says it has, in the first line of its stream."""
    lines = [json.loads(line) for line in real.agent(name).stdout.read_text().splitlines()]
    tools = next(line["tools"] for line in lines if line.get("subtype") == "init")
    assert isinstance(tools, list)
    return set(tools)


@pytest.mark.parametrize("more", [{}, {"owns": ("site",)}, {"role": "improvement"}], ids=["free", "owns", "observes"])
def test_no_tool_reaches_another_session_or_goes_on_by_itself(real: ProgramHome, more: dict[str, Any]) -> None:
    (real.root / "site").mkdir()
    tries = [call(tool, **given) for tool, given in SIDE_DOORS.items()]
    real.use("claude", [*tries, call("mcp__swarm__done", summary="I tried"), say("I tried.")])
    real.start("worker-1", "claude", **more)
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert not offered(real, "worker-1") & {*SIDE_DOORS, "Task", "Agent", "AskUserQuestion"}
    last = real.asked("claude")[-1]
    assert not set(last.tools) & set(SIDE_DOORS)
    refused = [result for result in last.results if "No such tool available" in result.text]
    assert len(refused) == len(SIDE_DOORS)
    assert all(result.error for result in refused)


def allowing(real: ProgramHome, count: int) -> None:
    """The role `worker` with so many sub-agents."""
    path = real.root / "roles" / "worker.md"
    shutil.copy(Path(roles.__file__).parent / "worker.md", path)
    path.write_text(path.read_text().replace("name: worker\n", f"name: worker\nsubagents: {count}\n"))


def ghosts(real: ProgramHome) -> list[AgentView]:
    return [view for view in real.swarm.snapshot().agents if view.ghost]


def test_a_sub_agent_that_was_stopped_makes_room_for_the_next(real: ProgramHome) -> None:
    allowing(real, 1)
    lasting, gate = real.lasting(), real.user / "gate"
    waits = shell(f"while [ ! -e {gate} ]; do sleep 0.1; done")
    scripts = {"FIRST": [shell(lasting), say("None.")], "SECOND": [say("I found one.")]}
    turns = [agent("FIRST: look.", "looks", background=True), waits, agent("SECOND: look again.", "looks again"), DONE]
    real.use("claude", by_word(scripts, [*turns, say("Done.")]))
    real.start("worker-1", "claude")
    wait_for(lambda: len(ghosts(real)) == 1, "the sub-agent to be seen", ENDS_S)
    real.swarm.kill([ghosts(real)[0].id], reason="it takes too long")
    wait_for(lambda: not ghosts(real), "the sub-agent to be gone", ENDS_S)
    _, (began,) = subagents.read(real.agent("worker-1"))
    wait_for(lambda: time.time() > began + YOUNG_S, "the stream to be believed", ENDS_S)
    gate.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert any("SECOND" in seen.prompt for seen in real.asked("claude"))


def test_a_role_may_allow_sub_agents_which_take_slots_and_are_shown(real: ProgramHome) -> None:
    allowing(real, 2)
    gate = real.user / "gate"
    hidden = [shell(f"while [ ! -e {gate} ]; do sleep 0.1; done"), say("I found none.")]
    helpers = [agent(f"HIDDEN {number}: look for plovers.", f"helper {number}").blocks[0] for number in range(3)]
    assert all(isinstance(helper, Call) for helper in helpers)
    three = calls(*(helper for helper in helpers if isinstance(helper, Call)))
    real.use("claude", by_word({"HIDDEN": hidden}, [three, DONE, say("Done.")]))
    real.start("worker-1", "claude")
    assert real.record("worker-1").slots == 3
    wait_for(lambda: len(ghosts(real)) == 2, "two sub-agents to be seen", ENDS_S)
    worker = real.view("worker-1")
    assert (worker.used, worker.budget) == (3, 3)
    assert "over-budget" not in {problem.code for problem in worker.problems}
    gate.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    results = [each for seen in real.asked("claude") for each in seen.results if "2 sub-agents at once" in each.text]
    assert results, "the third is refused"
    assert json.loads(real.agent("worker-1").subagents.read_text())["live"] == []
