"""Completion, generated from the parsers and tried in a shell."""

import shutil
import subprocess

import pytest

from swarm.model.verbs import VERBS
from swarm_tui.cli.commands.completion import script
from tests.support.cli import COMMAND, environment

BASH = shutil.which("bash")
ASK = f"""
source <("{COMMAND}" completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shtab_swarm_tui
echo "${{COMPREPLY[@]}}"
"""


def completed(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    assert BASH is not None
    ran = subprocess.run(
        [BASH, "-c", ASK, "bash", "swarm-tui", *words],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=True,
    )
    return ran.stdout.split()


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_bash_completes_verbs_options_and_choices() -> None:
    assert completed("hea") == ["heartbeat"]
    assert completed("spawn", "--use") == ["--use-reserve"]
    assert completed("done", "--status", "") == ["success", "failed", "partial"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_every_shell_knows_every_verb(shell: str) -> None:
    text = script(shell)
    assert all(verb.name in text for verb in VERBS)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_every_option_is_offered(shell: str) -> None:
    text = script(shell)
    assert all(option in text for option in ("--use-reserve", "--dry-run", "--read-only", "--rebuild", "--outputs"))
