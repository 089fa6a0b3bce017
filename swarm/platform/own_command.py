"""How swarm-tui is called as it runs here: by words that work whatever PATH a shell has."""

import os
import shlex
import sys
from pathlib import Path

OUR_COMMAND = "swarm-tui"


def our_command() -> tuple[str, ...]:
    """Returns the words that start swarm-tui as it runs here: absolute, whatever PATH an agent has."""
    beside = Path(sys.executable).parent / OUR_COMMAND
    if beside.is_file() and os.access(beside, os.X_OK):
        return (str(beside),)
    return (sys.executable, "-m", "swarm_tui")


def our_shell_words() -> str:
    """Returns the same words as an agent types them into a shell."""
    return shlex.join(our_command())
