"""A real terminal for tests: a tmux server of our own, on a socket of our own, that is gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from swarm.model.agent import Liveness
from swarm.processes.identity import identify, look, send
from tests.support.wait import wait_for

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, which is not installed")

AGAIN_S = 3.0
"""Seconds after which a key that had no effect is pressed again."""


class Tmux:
    """One tmux server with one session. Nothing of the operator's tmux or its configuration is touched."""

    def __init__(
        self, argv: list[str], *, width: int = 160, height: int = 45, env: Mapping[str, str] | None = None
    ) -> None:
        self._directory = tempfile.mkdtemp(prefix="swarm-tmux-")
        self._socket = str(Path(self._directory) / "s")
        self.status = Path(self._directory) / "status"
        self._env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "", **(env or {})}
        for name in ("TMUX", "TMUX_PANE", "NO_COLOR", "TEXTUAL_THEME", "COLUMNS", "LINES"):
            self._env.pop(name, None)
        quoted = " ".join(_quote(word) for word in argv)
        shell = f"{quoted}; echo $? > {_quote(str(self.status))}; exec sleep 600"
        self._run("new-session", "-d", "-x", str(width), "-y", str(height), "sh", "-c", shell)
        self._run("set-option", "-s", "escape-time", "0")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self._socket, *words],
            env=self._env,
            capture_output=True,
            text=True,
            check=check,
            timeout=30,
        )
        return done.stdout

    def keys(self, *keys: str) -> None:
        """Presses keys, by tmux's names for them."""
        for key in keys:
            self._run("send-keys", *(["-l", key] if len(key) == 1 else [key]))

    def type(self, text: str) -> None:
        """Types a text, letter by letter."""
        self._run("send-keys", "-l", text)

    def write(self, text: str) -> None:
        """Hands a text over in one write, as a paste without brackets or a slow connection does; LF becomes enter."""
        self._run("set-buffer", text)
        self._run("paste-buffer")

    def paste(self, text: str) -> None:
        """Pastes a text as terminals do, in brackets."""
        self._run("set-buffer", text)
        self._run("paste-buffer", "-p")

    def resize(self, width: int, height: int) -> None:
        """Changes the size of the terminal, in cells."""
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def click(self, column: int, row: int) -> None:
        """Presses and releases the left button at a cell, counted from 0."""
        for end in ("M", "m"):
            self._run("send-keys", "-l", f"\x1b[<0;{column + 1};{row + 1}{end}")

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Presses the left button at a (column, row), counted from 0, moves, and releases it at another."""
        (x, y), (to_x, to_y) = start, end
        for sent in (f"0;{x + 1};{y + 1}M", f"32;{to_x + 1};{to_y + 1}M", f"0;{to_x + 1};{to_y + 1}m"):
            self._run("send-keys", "-l", f"\x1b[<{sent}")

    def buffer(self) -> str:
        """What the newest paste buffer holds; '' without one."""
        return self._run("show-buffer", check=False)

    def attach(self) -> list[str]:
        """The command of another client of this server, for a terminal around it."""
        return ["env", "-u", "TMUX", "tmux", "-S", self._socket, "attach"]

    def set_option(self, name: str, value: str) -> None:
        """Sets an option of the server."""
        self._run("set-option", "-s", name, value)

    def screen(self) -> str:
        """What stands on the screen, without colours."""
        return self._run("capture-pane", "-p")

    def raw(self) -> str:
        """What stands on the screen, with colours."""
        return self._run("capture-pane", "-p", "-e")

    def flags(self) -> str:
        """`alternate_on mouse_any_flag pane_pid` of the pane."""
        return self._run("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").strip()

    def pid(self) -> int:
        """The pid of the program in the pane (the child of its shell)."""
        shell = int(self._run("display-message", "-p", "#{pane_pid}").strip())
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(shell)], capture_output=True, text=True, check=False
        )
        return int(children.stdout.split()[0])

    def press_until(self, key: str, done: Callable[[str], bool], what: str, deadline: float = 30.0) -> str:
        """Presses a key until `done(screen)`: a program that offers completions may take the first press for that."""
        pressed = 0.0

        def pressing(screen: str) -> bool:
            nonlocal pressed
            if done(screen):
                return True
            if time.monotonic() - pressed > AGAIN_S:
                pressed = time.monotonic()
                self.keys(key)
            return False

        return self.wait_until(pressing, what, deadline)

    def wait_for(self, *texts: str, deadline: float = 30.0) -> str:
        """Waits until all texts stand on the screen; returns it. Fails with the screen as it is."""
        return self.wait_until(lambda screen: all(text in screen for text in texts), f"{texts} on the screen", deadline)

    def wait_gone(self, *texts: str, deadline: float = 30.0) -> str:
        """Waits until none of the texts stands on the screen; returns it."""
        return self.wait_until(lambda screen: not any(text in screen for text in texts), f"{texts} gone", deadline)

    def wait_until(self, condition: "object", what: str, deadline: float = 30.0) -> str:
        """Waits until `condition(screen)` holds; returns the screen."""
        assert callable(condition)
        seen = ""

        def look() -> bool:
            nonlocal seen
            seen = self.screen()
            return bool(condition(seen))

        try:
            wait_for(look, what, deadline)
        except AssertionError as error:
            raise AssertionError(f"{error}\nThe screen says:\n{seen}") from None
        return seen

    def exit_status(self, deadline: float = 30.0) -> int:
        """Waits until the program has ended; returns its exit status."""
        wait_for(lambda: self.status.exists() and self.status.read_text().strip() != "", "the program to end", deadline)
        return int(self.status.read_text())

    def close(self) -> None:
        """Ends the server and everything in it, and takes its files away."""
        running = [found for pid in self._running() if (found := identify(pid)) is not None]
        self._run("kill-server", check=False)
        try:
            wait_for(lambda: not any(look(each) is Liveness.ALIVE for each in running), "the programs to end")
        except AssertionError:
            for each in running:
                send(each, signal.SIGKILL)
            raise
        finally:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _running(self) -> list[int]:
        shells = self._run("list-panes", "-a", "-F", "#{pane_pid}", check=False).split()
        if not shells:
            return []
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", ",".join(shells)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in (*shells, *found.stdout.split())]


def _quote(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
