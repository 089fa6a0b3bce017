"""Real coding agents in the table of processes: each with all its parts is one, and one that it starts is a stray."""

from swarm.model.snapshot import AgentView
from tests.support.model_scripts import say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude", "codex", "gemini", "opencode")


def strays(real: ProgramHome) -> list[AgentView]:
    return [view for view in real.swarm.snapshot().agents if view.stray is not None]


def test_failure_6_an_agent_with_all_its_parts_is_one_and_a_second_session_that_it_starts_is_a_stray(
    real: ProgramHome,
) -> None:
    gate = real.user / "gate"
    # It waits for words that never come, below no shell of the agent's, and says nothing of who it is.
    second = f"{real.executable('claude')} -p --input-format stream-json --output-format stream-json --verbose"
    begin = f"(sleep 300 | setsid env -u SWARM_AGENT -u SWARM_SPAWN {second} >/dev/null 2>&1 &)"
    wait = f"touch here; while [ ! -e {gate} ]; do sleep 0.1; done"
    for program in PROGRAMS:
        then = f"; {begin}; sleep 60" if program == "claude" else "; sleep 60"
        real.use(program, [shell(wait + then), say("Done.")])
        real.start(program, program)
    held = {"held-claude": "claude", "held-codex": "codex"}  # their shells run in sandboxes
    for name, program in held.items():
        (real.root / "out" / name).mkdir(parents=True)
        real.start(name, program, owns=(f"out/{name}",))
    for program in (*PROGRAMS, *held):
        wait_for((real.agent(program).path / "here").exists, f"the shell of {program}", ENDS_S)
    assert [(view.id, view.description) for view in strays(real)] == []
    gate.touch()
    # The held one does the same in its sandbox, whose processes are seen from outside.
    both = {real.id("claude"), real.id("held-claude")}
    wait_for(lambda: {view.parent for view in strays(real)} == both, "the second sessions", ENDS_S)
    for found in strays(real):
        assert found.stray is not None
        assert found.stray.program == "claude"
        assert real.swarm.kill([found.id], grace=0.0).gone
    assert strays(real) == []
    assert real.alive("claude")
    assert real.alive("held-claude")
