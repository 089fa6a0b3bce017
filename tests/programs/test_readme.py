"""The three commands of the README, as they stand there, lead to a running swarm."""

import os
import re
import shlex
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.model.health import Health
from tests.programs.test_claude_talk import Gate
from tests.support.cli import COMMAND, swarm_tui
from tests.support.model_server import ModelServer
from tests.support.program_home import ENDS_S, KEY, clean_environment, needs
from tests.support.programs import PROGRAMS as INSTALLED
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

README = Path(__file__).parents[2] / "README.md"


def commands() -> list[list[str]]:
    """The words of the commands below `With Claude Code`."""
    part = README.read_text().split("## With Claude Code")[1]
    found = re.search(r"```sh\n(.*?)```", part, re.DOTALL)
    assert found is not None
    return [shlex.split(line, comments=True) for line in found[1].splitlines()]


@needs_tmux
def test_three_commands_lead_from_nothing_to_a_swarm_in_the_control_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: ModelServer, temporary: Path
) -> None:
    needs("claude")
    user = tmp_path / "user"
    user.mkdir()
    clean_environment(monkeypatch, user, models, temporary)
    gate = Gate(user)
    models.play("readme", [gate.call])
    for name, value in {
        "PATH": os.pathsep.join([str(INSTALLED["claude"].executable.parent), os.environ["PATH"]]),
        "ANTHROPIC_BASE_URL": models.url("readme"),
        "ANTHROPIC_API_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    init, spawn, look = commands()
    assert init[0] == spawn[0] == look[0] == "swarm-tui"
    ran = swarm_tui(*init[1:], cwd=tmp_path)
    assert ran.status == 0, ran.err
    ran = swarm_tui(*spawn[1:], cwd=tmp_path)
    home = tmp_path / "my-swarm"
    swarm = Swarm.open(home)
    try:
        assert ran.status == 0, ran.err
        gate.wait()
        monkeypatch.chdir(tmp_path)
        with Tmux([COMMAND, *look[1:]]) as room:
            room.wait_for("scout-01", "running 1", deadline=ENDS_S)
            room.keys("q")
            assert room.exit_status() == 0
        snapshot = swarm.snapshot()
        assert swarm.verdicts(snapshot)["genesis-01/scout-01"].state in (Health.STARTING, Health.FRESH)
    finally:
        swarm.kill(["genesis-01"], grace=0.0)
    wait_for(lambda: not swarm.snapshot().slots.used, "everything to be gone")
