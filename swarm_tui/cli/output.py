"""What the command line writes: data to standard output, words to standard error, nothing that steers a terminal."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

from swarm.errors import SwarmError

SCHEMA = 1
NAME = "swarm-tui"
WIDEST = 20_000
"""Characters of one line, at most."""
# The roles of colour of widgets.cells, in the sixteen colours that a terminal's own theme decides about.
_SGR = {
    "good": "32",
    "notice": "36",
    "warning": "33",
    "danger": "31",
    "accent": "35",
    "muted": "2",
    "strong": "1",
    "found": "7",
}
REPORT = (
    "This is a mistake in swarm-tui. Run it again with SWARM_TUI_DEBUG=1 in the environment and report the traceback, "
    "with the output of swarm-tui doctor, where you got swarm-tui from."
)


class Output:
    """The two streams of one command. With `json`, standard output carries JSON only."""

    def __init__(self, out: TextIO, err: TextIO, *, json: bool = False, env: Mapping[str, str] = os.environ) -> None:
        self.out = out
        self.err = err
        self.json = json
        self.tty = _is_tty(out)
        self.colour = self.tty and not json and not env.get("NO_COLOR") and env.get("TERM", "dumb") != "dumb"

    @classmethod
    def of_process(cls, *, json: bool = False) -> "Output":
        """The streams of this process; what they cannot encode is written as an escape, closed ones swallow all."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        return cls(_open_stream(sys.stdout), _open_stream(sys.stderr), json=json)

    def say(self, text: str = "") -> None:
        """One line of data or of an answer, on standard output."""
        self.out.write(one_line(text) + "\n")

    def say_whole(self, text: str) -> bool:
        """Text of any length on standard output, none of it cut; returns whether it is there letter by letter.

        Else what steers a terminal shows as escapes.
        """
        from swarm.sanitize import for_terminal

        shown = for_terminal(text)
        self.out.write(shown + "\n")
        return shown == text

    def say_cells(self, cells: Iterable[tuple[str, str]]) -> None:
        """One line of (text, role of colour) pieces; see `painted`."""
        self.out.write(self.painted(cells) + "\n")

    def painted(self, cells: Iterable[tuple[str, str]]) -> str:
        """Pieces of (text, role of colour) as a line; the text is cleaned before it is coloured."""
        written = "".join(self.paint(one_line(text), role) for text, role in cells)
        return written if self.colour else written.rstrip()

    def paint(self, text: str, role: str) -> str:
        """A clean text in the colour of a role, where there is colour."""
        code = _SGR.get(role) if self.colour and text.strip() else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def tell(self, text: str) -> None:
        """A message to the person who called, on standard error."""
        self.err.write(one_line(text) + "\n")
        self.err.flush()

    def document(self, values: Mapping[str, object]) -> None:
        """The one JSON document of a command."""
        self.out.write(to_json({"schema": SCHEMA, **values}, indent=2) + "\n")

    def record(self, values: Mapping[str, object]) -> None:
        """One of many JSON objects, a line each, for commands that go on (`-f`); sent at once."""
        self.out.write(to_json({"schema": SCHEMA, **values}) + "\n")
        self.out.flush()

    def error(self, error: SwarmError, more: Mapping[str, object] | None = None) -> None:
        """What went wrong: in words on standard error, and as JSON on standard output where JSON was asked for."""
        self.tell(f"{NAME}: {error.title} [{error.code}]")
        for words in (error.detail, error.hint):
            if words:
                self.tell(f"  {words}")
        if self.json:
            self.document({"error": error.as_json(), **(more or {})})

    def flush(self) -> None:
        """Sends what is waiting; raises OSError where its reader is gone."""
        self.out.flush()

    def abandon(self) -> None:
        """Discards what standard output still holds, now and when Python ends, because its reader is gone."""
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(null, self.out.fileno())
        except (OSError, ValueError):
            return  # it is no real stream, so that nothing waits in it
        finally:
            os.close(null)


def one_line(text: str) -> str:
    """One line without anything that steers a terminal. Texts of agents were cleaned before: this is the last door."""
    if text.isprintable() and len(text) <= WIDEST:
        return text
    from swarm.sanitize import clean_block  # most lines are plain, and need not pay for it

    return clean_block(" ".join(text.splitlines()), limit=WIDEST)


def to_json(value: object, indent: int | None = None) -> str:
    """JSON in ASCII: every control, ESC and DEL too, is an escape."""
    import json

    # DEL is ASCII, so that json leaves it as it is; outside of strings there is none.
    return json.dumps(value, indent=indent, ensure_ascii=True, allow_nan=False).replace("\x7f", "\\u007f")


def _is_tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False


def _open_stream(stream: TextIO | None) -> TextIO:
    if stream is not None:
        return stream
    return open(os.devnull, "w", encoding="utf-8")
