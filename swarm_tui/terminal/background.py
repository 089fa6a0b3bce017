"""Whether a terminal is light or dark, by its own answer: asked before the control room takes the terminal."""

import os
import re
import select
import termios
import time
import tty
from collections.abc import Mapping
from typing import NamedTuple

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


def ask(source: int, target: int, deadline: float = DEADLINE_S) -> Answer:
    """Asks a terminal, and waits for its answer for `deadline` seconds at most.

    source, target: descriptors that it is read from and written to. What is typed meanwhile is dropped: nothing is on
    the screen yet that it could be meant for.
    """
    try:
        before = termios.tcgetattr(source)
    except termios.error:
        return Answer(None)  # no terminal
    try:
        tty.setcbreak(source, termios.TCSANOW)
        os.write(target, QUESTION)
        return _hear(source, time.monotonic() + deadline)
    except OSError:
        return Answer(None)  # it hung up, which the room finds out in its own way
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)


def _hear(source: int, until: float) -> Answer:
    heard = b""
    while (left := until - time.monotonic()) > 0 and len(heard) < MOST_BYTES:
        if not select.select([source], [], [], left)[0]:
            break
        more = os.read(source, MOST_BYTES)
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
