"""The tour of the README, pasted into a shell where `make demo` has made its environment."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from swarm.api import Swarm
from tests.support.ptys import Terminal
from tests.support.wait import wait_for

README = (Path(__file__).parents[3] / "README.md").read_text()
BASH = shutil.which("bash")


def block() -> str:
    """The commands of the tour."""
    tour = README.split("## A tour")[1]
    found = re.search(r"```sh\n(.*?)```", tour, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_tour_holds_nothing_that_another_shell_reads_in_another_way() -> None:
    assert not re.search(r"\s#", block()), "zsh takes no comments where it is typed into"
    assert not re.search(r"^swarm-tui *$", block(), re.MULTILINE), (
        "the control room would take what is pasted behind it"
    )


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_the_tour_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert BASH is not None
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/bin").symlink_to(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("SWARM_HOME", "SWARM_AGENT", "SWARM_SPAWN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(BASH, "--norc", "--noprofile", "-i")
    try:
        terminal.press(b"set -o pipefail\n" + block().encode() + b'\necho "the tour is over: $?"\n')
        wait_for(
            lambda: terminal.shows(b"\nthe tour is over: ") or terminal.shows(b"\rthe tour is over: "), "it ended", 90
        )
    finally:
        terminal.kill()
        home = tmp_path / "my-swarm"
        if home.is_dir():
            Swarm.open(home).kill(["genesis-01"], reason="the test is over", grace=0.0)
    said = terminal.text.decode()
    assert "the tour is over: 0" in said
    assert "command not found" not in said
    assert "swarm-tui: " not in said, "an error of a verb"
    assert "It is there." in said.split("swarm-tui read first")[-1]
    assert (home / "swarm/agents/genesis-01/first/work/hello.txt").read_text() == "hello\n"
