"""Where the verb stands in a command line. Light: everything begins with it."""

from collections.abc import Sequence


def find_verb(words: Sequence[str]) -> int | None:
    """Where the verb stands: the first word that is no global option and no value of one; None where there is none."""
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return None
        if word in ("-C", "--wait", "--theme"):
            at += 2
        elif word.startswith("-"):
            at += 1
        else:
            return at
    return None
