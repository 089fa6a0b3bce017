"""The command that opens a session: each program's own words for it, up to the session's key."""

import shlex
from pathlib import Path

import pytest

from swarm.config.policy import Policy
from swarm.model.agent import AgentSpec
from swarm.programs.registry import CODING, program_for
from swarm.protocol.paths import Layout
from swarm_tui.workers.session_command import by_hand

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
