"""What our figures are held against: small programs that do the least that such a thing can take."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.pty import Terminal

READY = "the-empty-app-is-there"
EMPTY_APP = f"""
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("{READY}")

Empty().run()
"""


class TailF:
    """`tail -f` of one file in a pty: from a write to the terminal, with nothing in between."""

    def __init__(self, terminal: Terminal, path: Path) -> None:
        self._terminal = terminal
        self._path = path
        self._number = 0

    def once(self) -> float:
        """Seconds from a write to its line on the terminal."""
        self._number += 1
        word = f"line-{self._number:06d}"
        mark = self._terminal.mark()
        with self._path.open("ab", buffering=0) as file:
            at = time.perf_counter()
            file.write(f"{word}\n".encode())
        return self._terminal.wait(word, mark) - at


@contextmanager
def tail_f() -> Iterator[TailF]:
    """A running `tail -f`."""
    with tempfile.TemporaryDirectory(prefix="swarm-bench-tail-") as directory:
        path = Path(directory) / "progress.md"
        path.write_text("it begins\n")
        with Terminal(["tail", "-f", os.fspath(path)]) as terminal:
            terminal.wait("it begins")
            yield TailF(terminal, path)


def empty_app_picture() -> float:
    """Seconds from the start of an empty Textual app to its picture."""
    with Terminal([sys.executable, "-c", EMPTY_APP]) as terminal:
        return terminal.wait(READY) - terminal.started


BARE = "python -c 'import json'"


def import_json() -> list[str]:
    """The command that every small Python program costs at least."""
    return [sys.executable, "-c", "import json"]
