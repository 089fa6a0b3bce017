"""A program in a terminal of its own, whose other end is held, and can be closed, by the test."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
from contextlib import suppress

from tests.support.wait import wait_for


class Terminal:
    """A program in a terminal of its own, whose other end is held here."""

    def __init__(self, *argv: str) -> None:
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(argv[0], argv)
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.text = b""
        self.status: int | None = None

    def shows(self, words: bytes) -> bool:
        """Whether the program has written these words so far."""
        if select.select([self.end], [], [], 0.05)[0]:
            with suppress(OSError):
                self.text += os.read(self.end, 65536)
        return words in self.text

    def press(self, keys: bytes) -> None:
        """Sends what a terminal sends: keys, and what it tells of itself."""
        os.write(self.end, keys)

    def close(self) -> None:
        """Closes the terminal under the program."""
        if self.end >= 0:
            os.close(self.end)
            self.end = -1

    def ended(self) -> bool:
        """Whether the program has ended; `status` is its exit code then, negative for a signal."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def kill(self) -> None:
        """Ends what is left of it."""
        self.close()
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            wait_for(self.ended, "it is reaped")
