"""What the real Claude Code hears of agents below it: of an end in its turn, after the tool call under way."""

from swarm.api import Swarm
from swarm.model.actor import Actor
from swarm.model.requests import SpawnRequest
from tests.programs.test_claude_talk import DONE, Gate
from tests.support.model_scripts import say
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)


def test_failure_8_a_parent_hears_in_its_turn_that_its_child_is_done(real: ProgramHome) -> None:
    gate, later = Gate(real.user), Gate(real.user, "later")
    real.use("claude", [gate.call, later.call, DONE, say("Done.")])
    idea = real.start("idea", "claude", role="idea-meta", slots=2)
    gate.wait()
    acting = Swarm.open(real.root, actor=Actor("agent", idea, real.state.agents[idea].spawn_id))
    write = """echo '{"summary": "there"}' > results.json"""
    child = acting.spawn(
        SpawnRequest(name="w", role="worker", task="T", program="command", command=("sh", "-c", write))
    )
    wait_for(real.layout.agent(child.agent).exit.exists, "the end of the child", ENDS_S)
    real.swarm.settle()
    gate.open.touch()
    later.wait()
    later.open.touch()
    real.ended("idea")

    second = real.asked("claude")[1]
    heard = "\n".join([*second.users, *second.reminders])
    assert f"{child.agent} is done, results.json says success. Read them now: swarm-tui read {child.agent}" in heard
    assert "from engine" in heard
