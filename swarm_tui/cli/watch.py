"""Shows a text again whenever it changes: in place on a terminal, one below the other elsewhere."""

import os
import select
import signal
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from swarm_tui.cli.output import Output

PAUSE_S = 1.0
"""Between two looks, at least; after a slow one, four times as long as it took."""
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
"""To a screen of its own without a cursor, and back to what was there before."""


class Ended(Exception):
    """Somebody asked this process to end."""


class Screen:
    """The terminal, on which only lines that changed are drawn again, so that nothing flickers."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._shown: tuple[str, ...] = ()
        self._size = (0, 0)

    def show(self, lines: Sequence[str]) -> None:
        """Shows these lines, as far as there is room; the last row says how many have none."""
        size = self._rows_and_columns()
        rows = size[0]
        fits = tuple(lines)
        if len(fits) > rows:
            fits = (*fits[: rows - 1], f"... {len(fits) - rows + 1} more lines: name ids or a filter, or --problems")
        if size != self._size:
            self._size, self._shown = size, ()
            self._out.out.write("\x1b[H\x1b[2J")
        for at, line in enumerate(fits):
            if at >= len(self._shown) or line != self._shown[at]:
                self._out.out.write(f"\x1b[{at + 1};1H{line}\x1b[K")
        if len(fits) < len(self._shown):
            self._out.out.write(f"\x1b[{len(fits) + 1};1H\x1b[J")
        self._shown = fits
        self._out.out.flush()

    def enter(self) -> None:
        """Takes the terminal; the next `show` draws everything."""
        self._size = (0, 0)
        self._out.out.write(_ENTER)
        self._out.out.flush()

    def leave(self) -> None:
        """Gives the terminal back as it was; one that is gone needs nothing back."""
        with suppress(OSError, ValueError):
            self._out.out.write(_LEAVE)
            self._out.out.flush()

    def _rows_and_columns(self) -> tuple[int, int]:
        with suppress(OSError, ValueError):
            found = os.get_terminal_size(self._out.out.fileno())
            return max(2, found.lines or 24), found.columns
        return 24, 80


def watch(look: Callable[[], Sequence[str]], out: Output) -> int:
    """Shows what `look` returns, and again whenever that changes, until ctrl-c (KeyboardInterrupt) or SIGTERM.

    Returns the exit status of an end that was asked for. Raises BrokenPipeError where the reader is gone.
    """
    try:
        with _ended_by_signals():
            if not out.tty:
                _print_changes(look, out)
            screen = Screen(out)
            with _taken(screen):
                for lines in _looks(look, out):
                    screen.show(lines)
    except Ended:
        pass
    return 0


def _print_changes(look: Callable[[], Sequence[str]], out: Output) -> None:
    before: Sequence[str] | None = None
    for lines in _looks(look, out):
        if lines == before:
            continue
        if before is not None and len(lines) > 1:
            out.out.write("\n")
        out.out.writelines(f"{line}\n" for line in lines)
        out.flush()
        before = lines


def _looks(look: Callable[[], Sequence[str]], out: Output) -> Iterator[Sequence[str]]:
    from time import monotonic

    while True:
        began = monotonic()
        yield look()
        _wait(max(PAUSE_S, 4 * (monotonic() - began)), out)


def _wait(seconds: float, out: Output) -> None:
    """Waits; raises BrokenPipeError as soon as the reader is gone, which a write would say at the next change only."""
    reader = select.poll()
    with suppress(OSError, ValueError):
        reader.register(out.out.fileno(), 0)
    if reader.poll(seconds * 1000):
        raise BrokenPipeError


def _end(_number: int, _frame: FrameType | None) -> None:
    raise Ended


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _taken(screen: Screen) -> Iterator[None]:
    """The terminal, without echo of what is typed into it. It is given back at the end."""
    with _without_echo():
        screen.enter()
        try:
            yield
        finally:
            screen.leave()


@contextmanager
def _without_echo() -> Iterator[None]:
    try:
        kept = termios.tcgetattr(0)
    except (OSError, termios.error):  # standard input is no terminal
        yield
        return
    quiet = [*kept]
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSAFLUSH, kept)  # what was typed meanwhile is for nobody
