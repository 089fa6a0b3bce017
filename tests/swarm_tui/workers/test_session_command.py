"""The command that opens a session: each program's own words for it, up to the session's key."""

import shlex
from pathlib import Path

import pytest

from swarm.config.policy import Policy
from swarm.errors import SwarmError
from swarm.model.agent import AgentSpec
from swarm.model.record import Ending, Phase
from swarm.model.values import replace
from swarm.programs.registry import CODING, program_for
from swarm.protocol.paths import Layout
from swarm_tui.workers.session_command import by_hand, session_command
from tests.support.canned import HOME, CannedSwarm
from tests.support.swarms import a_spec, big_example, with_programs

KEY = "5f0c2a6e-0000-4000-8000-000000000000"
OPENS = {"claude": "--resume", "codex": "resume", "gemini": "--resume", "opencode": "-s"}


@pytest.mark.parametrize("name", CODING)
def test_the_words_of_a_program_end_with_the_key_of_its_session(name: str, tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    spec = AgentSpec(
        id="genesis-01/worker-1", name="worker-1", role="worker", parent="genesis-01", task="t", spawn_id="s"
    )
    launch = program_for(name, Policy(), {}).take_over(spec, layout, layout.agent(spec.id), KEY)
    assert launch is not None
    words = shlex.split(by_hand(launch.argv, KEY, launch.cwd))
    assert words[:4] == ["cd", str(launch.cwd), "&&", name]
    assert words[-1] == KEY
    assert OPENS[name] in words[4:-1]


def test_while_it_runs_the_engine_attaches_and_afterwards_its_program_resumes(monkeypatch: pytest.MonkeyPatch) -> None:
    swarm = CannedSwarm(with_programs(big_example()))
    view = next(view for view in swarm.canned.agents if view.record is not None and view.record.program == "claude")
    claude = program_for("claude", Policy(), {})
    assert view.record is not None
    assert session_command(swarm, view, claude) == f"swarm-tui -C {HOME} attach {view.id}"
    over = replace(
        view, spec=a_spec(view.id, program="claude"), record=replace(view.record, phase=Phase.ENDED, ending=Ending.DONE)
    )
    with pytest.raises(SwarmError, match="session"):
        session_command(swarm, over, claude)
    monkeypatch.setattr("swarm_tui.workers.session_command.session_of", lambda *_: KEY)
    assert session_command(swarm, over, claude).endswith(f" && claude --resume {KEY}")
    with pytest.raises(SwarmError) as refused:
        session_command(swarm, over, program_for("command", Policy(), {}))
    assert "no sessions" in refused.value.detail
