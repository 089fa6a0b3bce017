"""What the verbs share: opening a home to act or to look, texts of options, following what grows. Light."""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from swarm.formatting import has_date, spell_stamp

if TYPE_CHECKING:
    import argparse

    from swarm.api import Swarm
    from swarm.model.actor import Actor
    from swarm.protocol.paths import Layout
    from swarm_tui.cli.output import Output

STDIN = "-"
MAX_TEXT = 1 << 20
"""Characters of a text that is read from a file or from standard input."""
LOOK_SECONDS = 0.2


def acting(args: "argparse.Namespace", out: "Output") -> "Swarm":
    """The home, opened to act on it as the actor that the environment names; a wrong swarm.toml is told."""
    from swarm.api import Swarm

    layout, actor = reporting(args.home, args.verb)
    return _told(Swarm.open(layout, actor=actor, wait=args.wait), out)


def reporting(home: str | None, verb: str, *, proved: bool = True) -> "tuple[Layout, Actor]":
    """The home and who acts on it, for a verb that needs no more; see `calling`."""
    from swarm.home.actor import calling
    from swarm.protocol.working_directory import working_directory

    return calling(home, os.environ, working_directory(), verb, proved=proved)


def looking(args: "argparse.Namespace", out: "Output") -> "Swarm":
    """The home, opened to look at it; a wrong swarm.toml is told."""
    from swarm.api import Swarm

    return _told(Swarm.open(args.home, wait=args.wait), out)


def _told(swarm: "Swarm", out: "Output") -> "Swarm":
    """Says what is wrong with swarm.toml, if anything, and which settings hold meanwhile; returns the same swarm."""
    if (problem := swarm.home.policy_error) is not None:
        out.tell(f"{problem.title} {problem.detail}".rstrip())
        out.tell(f"  {swarm.home.policy_words}")
    return swarm


def follow(show: Callable[[], bool], over: Callable[[], bool] = lambda: False) -> None:
    """Goes on showing what comes until it is over and nothing is left. show: says whether there was something new."""
    while True:
        # The order matters: what was written before the end is shown after the end was seen.
        ended = over()
        if show():
            continue
        if ended:
            return
        time.sleep(LOOK_SECONDS)


def iso(wall: float | None) -> str | None:
    """Wall seconds as ISO 8601 with offset; None stays None, as does a time that no calendar holds."""
    return spell_stamp(wall) if wall is not None and has_date(wall) else None


def written_text(name: str, limit: int) -> str:
    """The text of a file, or of standard input for `-`, whatever editor wrote it; of `limit` bytes and one at most.

    Raises OSError, and ValueError for what is no text.
    """
    import sys

    from swarm.store.text import decode_whole

    if name == STDIN:
        if sys.stdin is None:
            return ""
        source = getattr(sys.stdin, "buffer", None)
        return decode_whole(source.read(limit + 1)) if source is not None else sys.stdin.read(limit + 1)
    with open(os.path.expanduser(name), "rb") as file:
        return decode_whole(file.read(limit + 1))


def text_from(words: str, option: str) -> str:
    """The text that an option means: itself, `@FILE`'s, or `-` for standard input's.

    Raises UsageError where the file cannot be read as text.
    """
    from swarm.errors import UsageError

    if words != STDIN and not words.startswith("@"):
        return words
    name = "standard input" if words == STDIN else words[1:]
    try:
        text = written_text(words if words == STDIN else words[1:], MAX_TEXT * 4)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{str(error)[:1].upper()}{str(error)[1:]}."
        raise UsageError(
            f"{option}: {name!r} cannot be read.", str(why), "@FILE takes the text of a file, - of standard input."
        ) from error
    if len(text) > MAX_TEXT:
        raise UsageError(
            f"{option}: {name!r} has more than {MAX_TEXT} characters.", hint="Put it into a file of the home."
        )
    return text
