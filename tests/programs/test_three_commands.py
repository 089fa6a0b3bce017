"""The three commands of the README, as they stand there, with the real Claude Code of an operator who is logged in."""

import shlex
import subprocess
from pathlib import Path

import pytest

from swarm.model import Ending
from swarm.swarm import Swarm
from tests.support.model_scripts import Seen, Turn, call, say, write
from tests.support.model_server import ModelServer
from tests.support.program_home import ENDS_S, KEY, clean_environment, needs
from tests.support.programs import PROGRAMS
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

README = Path(__file__).parents[2] / "README.md"


def commands() -> list[str]:
    """What stands in the README's chapter on Claude Code, without its comments."""
    chapter = README.read_text().partition("## With Claude Code")[2]
    block = chapter.partition("```sh\n")[2].partition("```")[0]
    return [shlex.join(shlex.split(line, comments=True)) for line in block.splitlines()]


@needs_tmux
def test_they_lead_from_nothing_to_a_running_agent_that_one_can_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: ModelServer
) -> None:
    needs("claude")
    gate = tmp_path / "gate"

    def script(seen: Seen) -> Turn:
        home = tmp_path / "my-swarm" / "swarm" / "agents" / "genesis-01" / "scout-01"
        turns = [
            write(home / "prices.md", "# Prices\n"),
            call("mcp__swarm__progress", text="Two of three compared.", outputs=1),
            call("mcp__swarm__done", summary="three pricing pages compared"),
        ]
        if seen.turns == 2:
            wait_for(gate.exists, "the test to have seen the screen", ENDS_S)
        return turns[seen.turns] if seen.turns < 3 else say("Done.")

    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "claude").symlink_to(PROGRAMS["claude"].executable)
    user = tmp_path / "user"
    user.mkdir()
    clean_environment(monkeypatch, user, models)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", models.play("readme", script))
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    make, spawn, look = commands()
    for command in (make, spawn):
        done = subprocess.run(shlex.split(command), cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    swarm = Swarm.open(tmp_path / "my-swarm")
    try:
        with Tmux(["sh", "-c", f"cd {shlex.quote(str(tmp_path))} && exec {look}"]) as terminal:
            terminal.wait_for("scout-01", "Two of three compared", deadline=ENDS_S)
            gate.touch()
            terminal.wait_for("done", deadline=ENDS_S)
            terminal.keys("q")
        wait_for(lambda: swarm.settle() or not swarm.home.ledger.read().agents["genesis-01/scout-01"].live, "its end")
        record = swarm.home.ledger.read().agents["genesis-01/scout-01"]
        assert record.ending is Ending.DONE, record.why
        assert (swarm.agent_dir("genesis-01/scout-01").path / "prices.md").exists()
    finally:
        gate.touch()
        swarm.kill(["genesis-01"], reason="the test is over", grace=0.0)
    assert not models.elsewhere
