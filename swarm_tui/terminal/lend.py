"""The terminal, lent to another program until that ends."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from textual.app import App, SuspendNotSupported


def lend_terminal(app: App[Any], command: Sequence[str], words: str) -> bool:
    """Gives the terminal to a program, with words above it, until it ends; False where that is not possible."""
    try:
        with app.suspend():
            print(words, flush=True)  # noqa: T201  (the terminal is the program's now)
            with suppress(KeyboardInterrupt):
                subprocess.run(command, check=False)
    except SuspendNotSupported:
        return False
    return True
