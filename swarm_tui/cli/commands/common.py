"""What the verbs share: opening a home to look or to act, values of options, times in JSON. Light."""

import argparse
import os
from typing import TYPE_CHECKING

from swarm.formatting import has_date, parse_duration, spell_stamp

if TYPE_CHECKING:
    from swarm.api import Swarm
    from swarm.model.actor import Actor
    from swarm.protocol.paths import Layout
    from swarm_tui.cli.output import Output

STDIN = "-"
MAX_TEXT = 1 << 20
"""Characters of a text that is read from a file or from standard input."""


def duration(text: str) -> float:
    """An option's seconds: `90s`, `15m`, `2h`, or a bare number of seconds."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def positive_duration(text: str) -> float:
    """The same, and more than nothing."""
    seconds = duration(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError("it must be more than 0")
    return seconds


def count(text: str) -> int:
    """An option's number: 0 or more."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of 0 or more")
    return int(text)


def positive_count(text: str) -> int:
    """An option's number: 1 or more."""
    number = count(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def acting(args: argparse.Namespace) -> "Swarm":
    """The home, opened to act on it as whoever the environment says."""
    from swarm.api import Swarm

    layout, actor = reporting(args)
    return Swarm.open(layout, actor=actor, wait=args.wait)


def reporting(args: argparse.Namespace) -> "tuple[Layout, Actor]":
    """The home and who acts on it, for a verb that needs no more; see `calling`."""
    from pathlib import Path

    from swarm.home.actor import calling

    return calling(args.home, os.environ, Path.cwd(), args.verb)


def looking(args: argparse.Namespace, out: "Output") -> "Swarm":
    """The home, opened to look at it; a wrong swarm.toml is told, and the default policy stands in."""
    from swarm.api import Swarm

    swarm = Swarm.open(args.home, wait=args.wait, viewer=True)
    problem = swarm.home.policy_error
    if problem is not None:
        out.tell(f"{problem.title} {problem.detail}")
        out.tell("  What follows is judged by the default policy.")
    return swarm


def iso(wall: float | None) -> str | None:
    """Wall seconds as ISO 8601 with offset; None stays None, as does a time that no calendar holds."""
    return spell_stamp(wall) if wall is not None and has_date(wall) else None


def text_from(words: str, option: str) -> str:
    """The text that an option means: itself, `@FILE`'s, or `-` for standard input's.

    Raises Usage where the file cannot be read as text.
    """
    import sys

    from swarm.errors import Usage

    if words != STDIN and not words.startswith("@"):
        return words
    name = "standard input" if words == STDIN else words[1:]
    try:
        if words == STDIN:
            text = sys.stdin.read(MAX_TEXT + 1) if sys.stdin is not None else ""
        else:
            with open(os.path.expanduser(words[1:]), encoding="utf-8") as file:
                text = file.read(MAX_TEXT + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text."
        raise Usage(
            f"{option}: {name!r} cannot be read.", str(why), "@FILE takes the text of a file, - of standard input."
        ) from error
    if len(text) > MAX_TEXT:
        raise Usage(f"{option}: {name!r} has more than {MAX_TEXT} characters.", hint="Put it into a file of the home.")
    return text
