"""Sub-agents of Claude Code's own: off for our agents; where a launcher lets them in, seen, counted and stoppable."""

import json
from pathlib import Path

import pytest

from swarm.model.record import Ending
from swarm.model.snapshot import AgentView
from tests.support.model_scripts import Call, Usage, agent, by_word, calls, say, shell
from tests.support.model_server import ModelServer
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version
DONE = shell('swarm-tui done --summary "it is there"')
LAUNCHER = """#!/usr/bin/env python3
import os, sys
words = sys.argv[1:]
at = words.index("--tools")
words[at + 1] += ",Agent"
os.execv({program!r}, [{program!r}, *words, "--allowedTools", "Agent"])
"""


def lets_them_in(real: ProgramHome) -> Path:
    """An operator's own launcher that offers more than we do."""
    path = real.user / "launcher"
    path.write_text(LAUNCHER.format(program=str(real.executable("claude"))))
    path.chmod(0o755)
    return path


def ghosts(real: ProgramHome) -> list[AgentView]:
    return [view for view in real.swarm.snapshot().agents if view.ghost]


def test_an_agent_is_offered_no_agents_of_the_programs_own(real: ProgramHome) -> None:
    real.use("claude", [agent("Look for plovers."), DONE, say("Done.")])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    first, second = real.asked("claude")[:2]
    assert not {"Agent", "Task", "Workflow"} & set(first.tools)
    assert second.results[0].error
    assert all("Look for plovers." not in seen.prompt for seen in real.asked("claude"))


def test_a_hidden_sub_agent_is_a_ghost_that_counts_and_can_be_stopped_alone(
    real: ProgramHome, models: ModelServer
) -> None:
    lasting = real.lasting()
    hidden = [shell(lasting), say("I found none.")]
    visible = [agent("HIDDEN: look for plovers.", "looks for plovers"), DONE, say("Done.")]
    real.use("claude", by_word({"HIDDEN": hidden}, visible), launcher=lets_them_in(real))
    agent_id = real.start("worker-1", "claude")
    wait_for(lambda: len(ghosts(real)) == 1, "the sub-agent to be seen", ENDS_S)
    ghost = ghosts(real)[0]
    assert ghost.parent == agent_id
    assert "looks for plovers" in ghost.description
    worker = real.view("worker-1")
    assert worker.used > worker.budget
    assert "over-budget" in {problem.code for problem in worker.problems}
    real.swarm.kill([ghost.id], reason="nobody asked for it")
    wait_for(lambda: not ghosts(real), "the sub-agent to be gone", ENDS_S)
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert not real.running(lasting)
    lines = [json.loads(line) for line in real.agent("worker-1").stdout.read_text().splitlines()]
    assert any(line.get("task_type") == "local_agent" for line in lines)


def test_a_sub_agent_of_a_sub_agent_counts_too_and_stands_below_the_one_that_started_it(real: ProgramHome) -> None:
    gate = real.user / "gate"
    deepest = [shell(f"while [ ! -e {gate} ]; do sleep 0.1; done"), say("None here.")]
    hidden = [agent("DEEPEST: look in the reeds.", "looks in the reeds"), say("I found none.")]
    visible = [agent("HIDDEN: look for plovers.", "looks for plovers"), DONE, say("Done.")]
    real.use("claude", by_word({"DEEPEST": deepest, "HIDDEN": hidden}, visible), launcher=lets_them_in(real))
    agent_id = real.start("worker-1", "claude")
    wait_for(lambda: len(ghosts(real)) == 2, "both sub-agents to be seen", ENDS_S)
    upper, lower = sorted(ghosts(real), key=lambda view: view.depth)
    assert ("looks for plovers" in upper.description, "looks in the reeds" in lower.description) == (True, True)
    assert (upper.parent, lower.parent) == (agent_id, upper.id)
    assert real.view("worker-1").used == 3
    gate.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert not ghosts(real)


def test_a_background_sub_agent_is_seen_to_its_end_after_its_agents_last_word_and_its_cost_counts(
    real: ProgramHome,
) -> None:
    begun, gate = real.user / "begun", real.user / "gate"
    waits = f"touch {begun}; while [ ! -e {gate} ]; do sleep 0.1; done"
    hidden = [shell(waits, Usage(1000, 100)), say("I found one.", Usage(2000, 200))]
    visible = [agent("HIDDEN: look for plovers.", "looks for plovers", background=True), DONE, say("Done.")]
    real.use("claude", by_word({"HIDDEN": hidden}, visible), launcher=lets_them_in(real))
    real.start("worker-1", "claude")
    wait_for(begun.exists, "the sub-agent to work", ENDS_S)
    wait_for(real.agent("worker-1").results.exists, "the results", ENDS_S)
    wait_for(lambda: len(ghosts(real)) == 1, "the sub-agent to be seen", ENDS_S)
    gate.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert not ghosts(real)
    assert view.tokens is not None
    assert view.tokens.input > 3000
    assert view.tokens.output > 300


def test_a_shell_in_the_background_does_not_outlive_its_agent(real: ProgramHome) -> None:
    lasting = real.lasting()
    call = Call("Bash", {"command": lasting, "description": "it lasts", "run_in_background": True})
    real.use("claude", [calls(call), DONE, say("Done.")])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert any("background" in each.text for each in real.asked("claude")[1].results)
    assert not real.running(lasting)
    assert not real.left()
