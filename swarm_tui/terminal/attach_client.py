"""An agent's own program in this terminal, with the terminal put back after it, whatever becomes of it."""

import signal
import subprocess
import termios
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

from swarm import platform
from swarm.errors import Code, SwarmError
from swarm.model.launch import Launch

LOOK_S = 0.2
PATIENCE_S = 3.0
"""Seconds between one signal and the next, when a signal asks us to leave."""
LEAVE = (signal.SIGHUP, signal.SIGTERM)
KEYS = (signal.SIGINT, signal.SIGQUIT)
"""Signals that the terminal sends to all its processes: they are for the program."""


class TerminalClient:
    """Runs one program in the foreground. From entry to exit no signal ends us before what is begun is finished."""

    def __init__(self) -> None:
        self._leave_signal = 0
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (*LEAVE, *KEYS):
            # A function, as opposed to SIG_IGN, is no inheritance: the program has its keys as usual.
            self._handlers[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def run(self, launch: Launch, started: Callable[[int], Callable[[], bool]]) -> int:
        """Runs the program until it ends; its exit code. Raises SwarmError `start` where it does not start."""
        if self._leave_signal:
            return -self._leave_signal
        before = _attributes()
        try:
            process = subprocess.Popen(launch.argv, env=launch.environment, cwd=launch.cwd)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise SwarmError(f"{launch.argv[0]!r} could not be started.", f"{why}.", code=Code.START) from error
        try:
            self._wait(process, started(process.pid))
        finally:
            _end(process)
            _restore(before)
        return process.returncode

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number in LEAVE:
            self._leave_signal = number

    def _wait(self, process: "subprocess.Popen[bytes]", may_go_on: Callable[[], bool]) -> None:
        while not self._leave_signal:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_S)
                return
            # There is no shell here, so a program stopped with ctrl+z could not be continued by hand.
            if platform.state(process.pid) == "T" and may_go_on():
                process.send_signal(signal.SIGCONT)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_S)
    process.wait()


def _attributes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def _restore(attributes: list[Any] | None) -> None:
    """A program that was killed leaves the terminal raw: no echo, no line ends."""
    if attributes is not None:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, attributes)
