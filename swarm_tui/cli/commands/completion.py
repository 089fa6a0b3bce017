"""`swarm-tui completion`: prints the script for a shell, and answers what that script asks at every tab."""

import os
from importlib.resources import files
from typing import TYPE_CHECKING

from swarm.errors import UsageError
from swarm_tui.cli.completer import Candidate, Offer, offer
from swarm_tui.cli.home_values import HomeValues

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from swarm_tui.cli.output import Output

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+=@,%/:!")


def completion(args: "argparse.Namespace", out: "Output") -> int:
    """Prints the script, which the shell is to evaluate; with a command line behind `--`, what completes that."""
    if out.json:
        raise UsageError("A completion script is no JSON.")
    out.out.write("".join(answer(args.shell, args.command)) if args.command else script(args.shell))
    return 0


def script(shell: str) -> str:
    """The completion of the whole command for `bash`, `zsh`, `fish` or `tcsh`."""
    return files("swarm_tui.cli").joinpath("shells", f"completion.{shell}").read_text(encoding="utf-8")


def answer(shell: str, asked: "Sequence[str]") -> "Iterable[str]":
    """What a shell is to offer, a line each: first whether `words` follow or it finds `files` or `directories` itself.

    asked: for zsh and fish the words behind the program's name, the last one as far as it is there. For bash and tcsh
    the line up to the cursor, and for bash the part of its last word that is to be replaced.
    """
    from swarm.protocol.working_directory import working_directory

    lines = shell in ("bash", "tcsh")
    words = _words(asked[0])[1:] if lines else list(asked)
    found = offer(words, HomeValues(os.environ, working_directory()))
    if shell == "tcsh":
        return [f"{each.word}\n" for each in found.candidates]
    return [f"{found.paths or 'words'}\n", *_spelt(shell, found, words[-1] if words else "", asked[1:])]


def _spelt(shell: str, found: Offer, word: str, replaced: "Sequence[str]") -> "Iterable[str]":
    if shell == "bash":
        # bash breaks words at : and =, and replaces what stands behind the last of them.
        kept = len(word) - len(replaced[0]) if replaced and word.endswith(replaced[0]) else 0
        return (f"{_quoted(each.word[kept:])}\n" for each in found.candidates)
    if shell == "zsh":
        return (f"{_described(each)}\n" for each in found.candidates)
    return (f"{each.word}\t{each.about}\n" for each in found.candidates)


def _described(each: Candidate) -> str:
    """A word of zsh's `_describe`, with what it is behind a colon."""
    word = each.word.replace("\\", "\\\\").replace(":", "\\:")
    return f"{word}:{each.about}" if each.about else word


def _quoted(word: str) -> str:
    """A word as bash takes it unquoted."""
    return "".join(letter if letter in _PLAIN else f"\\{letter}" for letter in word)


def _words(line: str) -> list[str]:
    """The words of a command line that is not finished: a quote may be open, and the last word may be empty."""
    import shlex

    for closing in ("", '"', "'", "\\"):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words, ""] if line[-1:].isspace() and not closing else words
    return line.split()
