"""Whether a terminal is light or dark, by its own answer: asked before the control room takes the terminal.

It answers while the program reads its own code, so that as a rule nobody waits for it."""

import os
import re
import select
import termios
import time
import tty
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

DEADLINE_S = 0.2
"""Longer than a terminal takes; one that is far away answers later, which `late_answers` hears."""
MOST_BYTES = 4096
QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
"""For the colour of the background; and for what the terminal is, which each one answers, and after the first."""
COLOUR = re.compile(r"\x1b\]11;([^\x07\x1b]*)(?:\x07|\x1b\\)")
END = re.compile(r"\x1b\[\?[\d;]*c")


class Answer(NamedTuple):
    """What a terminal answered."""

    light: bool | None
    """None where it did not say."""
    complete: bool = True
    """False where its answer may still come."""


class Question:
    """Asked of a terminal when it is made, answered by `answer`; as a context it leaves the terminal as it was.

    What is typed meanwhile is dropped: nothing is on the screen yet that it could be meant for.
    """

    def __init__(self, source: int, target: int, deadline: float = DEADLINE_S) -> None:
        """source, target: descriptors that the terminal is read from and written to. deadline: seconds from now on."""
        self._source = source
        self._until = time.monotonic() + deadline
        self._answer: Answer | None = None
        try:
            self._before = termios.tcgetattr(source)
        except termios.error:
            self._answer = Answer(None)  # no terminal
            return
        try:
            tty.setcbreak(source, termios.TCSANOW)
            os.write(target, QUESTION)
        except OSError:
            self._end(Answer(None))  # it hung up, which the room finds out in its own way

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.answer()  # also where nobody wants it any more: a shell would take it for what was typed

    def answer(self) -> Answer:
        """What the terminal answered; waits for it until the deadline."""
        if self._answer is None:
            try:
                self._end(self._hear())
            except BaseException:
                self._end(Answer(None))
                raise
        return self._answer or Answer(None)

    def _end(self, answer: Answer) -> None:
        self._answer = answer
        with suppress(termios.error):
            termios.tcsetattr(self._source, termios.TCSANOW, self._before)

    def _hear(self) -> Answer:
        heard = b""
        while len(heard) < MOST_BYTES:
            # What has come by now is read, also after the deadline.
            if not select.select([self._source], [], [], max(0.0, self._until - time.monotonic()))[0]:
                break
            try:
                more = os.read(self._source, MOST_BYTES)
            except OSError:
                return Answer(None)
            if not more:
                break
            heard += more
            text = heard.decode("latin-1")
            if END.search(text):
                colour = COLOUR.search(text)
                return Answer(is_light(colour[1]) if colour else None)
        colour = COLOUR.search(heard.decode("latin-1"))
        return Answer(is_light(colour[1]) if colour else None, complete=False)


def is_light(colour: str) -> bool | None:
    """Whether a colour is nearer to white than to black; None for what is none.

    colour: as terminals spell it, `rgb:ffff/ffff/ffff` with one to four digits each, or `#ffffff`.
    """
    digits = "([0-9a-fA-F]{1,4})"
    found = re.fullmatch(f"rgba?:{digits}/{digits}/{digits}(?:/{digits})?", colour) or re.fullmatch(
        "#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", colour
    )
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups()[:3])
    return bool(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)


def light_by_environment(env: Mapping[str, str]) -> bool | None:
    """What COLORFGBG says (`0;15`: black on white), for terminals that do not answer; None where it says nothing."""
    ground = env.get("COLORFGBG", "").rpartition(";")[2]
    if not (ground.isascii() and ground.isdigit()) or int(ground) > 15:
        return None
    return int(ground) in (7, *range(9, 16))
