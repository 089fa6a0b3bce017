"""A program in a terminal of its own: a thread reads what it prints and notes when every byte came."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 160, 50
LEFT_OUT = frozenset(
    {"TMUX", "TMUX_PANE", "NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "SWARM_HOME", "SWARM_AGENT", "SWARM_SPAWN"}
    | {"PYTHONDONTWRITEBYTECODE"}  # without byte code every start compiles the whole program
)


class Silent(Exception):
    """What was waited for did not come."""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What programs under measurement have: ours, without what would change how they draw or who they are."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "TERM": "xterm-256color", **(more or {})}


class Terminal:
    """One program in a pty. Times are seconds of `time.perf_counter`."""

    def __init__(self, argv: Sequence[str], *, cwd: Path | None = None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._data = bytearray()
        self._ends: list[int] = []
        self._times: list[float] = []
        self._news = threading.Condition()
        self._over = False
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment(), start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._master, 1 << 16)
            except OSError:  # the program has gone, and the terminal with it
                chunk = b""
            at = time.perf_counter()
            with self._news:
                self._data += chunk
                self._ends.append(len(self._data))
                self._times.append(at)
                self._over = not chunk
                self._news.notify_all()
            if not chunk:
                return

    def mark(self) -> int:
        """Where the output ends by now."""
        with self._news:
            return len(self._data)

    def since(self, mark: int) -> bytes:
        """What it has printed since."""
        with self._news:
            return bytes(self._data[mark:])

    def press(self, keys: str) -> None:
        """Types."""
        os.write(self._master, keys.encode())

    def wait(self, text: str, since: int = 0, deadline: float = 30.0) -> float:
        """When the last byte of `text` came, after the mark `since`. Raises Silent after `deadline` seconds."""
        wanted = text.encode()
        give_up = time.monotonic() + deadline
        searched = since
        with self._news:
            while (found := self._data.find(wanted, searched)) < 0:
                searched = max(since, len(self._data) - len(wanted))
                left = give_up - time.monotonic()
                if self._over or left <= 0 or not self._news.wait(left):
                    raise Silent(f"{text!r} did not come; the last was {bytes(self._data[-300:])!r}")
            return self._times[bisect_left(self._ends, found + len(wanted))]

    def settle(self, quiet: float, deadline: float = 20.0) -> None:
        """Waits until it has printed nothing for `quiet` seconds."""
        give_up = time.monotonic() + deadline
        with self._news:
            while time.monotonic() < give_up:
                if not self._news.wait(quiet):
                    return

    def close(self) -> None:
        """Ends the program, gently first."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        os.close(self._master)
