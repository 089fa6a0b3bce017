"""One line of progress.md as the protocol has it: a stamp, a count of outputs, a sentence. Light, for appending."""

import re
from functools import cache
from typing import NamedTuple

from swarm.formatting import parse_stamp

MAX_CHARS = 2000
MAX_OUTPUTS = 1_000_000_000
FUTURE_S = 26 * 3600.0
"""Seconds by which a stamp may lie ahead of its file's time, zones counted, before nothing is concluded from it."""


class ParsedLine(NamedTuple):
    """One line taken apart. stamp: wall seconds since 1970 that the line claims. naive: the stamp had no offset."""

    stamp: float | None
    stamp_text: str
    outputs: int | None
    sentence: str
    naive: bool


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """A line with a stamp, a count of outputs, and what may be a zone or half of the day; compiled by the first use."""
    line = re.compile(
        r"""\s*(?:[-*\u2022]\s+)?\[?                      # a list item or a bracket around the stamp is forgiven
        (?P<stamp>(?P<day>\d{4}-\d\d-\d\d)[ T](?P<clock>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?
          (?P<offset>\ ?(?:Z|UTC)(?![\w+-])|[+-]\d\d:?\d\d)?)
        \]?(?=\W|\Z)\s*(?:[-\u2013\u2014]+\s*)?(?P<rest>.*)""",
        re.VERBOSE | re.DOTALL | re.ASCII,
    )
    outputs = re.compile(r"\[\s*outputs?\s*[:=]?\s*(\d{1,18})\s*\]\s*", re.IGNORECASE | re.ASCII)
    named = re.compile(r"\ ?\(?(?:[A-Z]{1,5}\b|[A-Z][a-z]+/[A-Z]|[AaPp]\.?[Mm]\b|[+-]\d\d)")
    return line, outputs, named


def parse_line(line: str) -> ParsedLine:
    """`YYYY-MM-DD HH:MM[:SS][+HH:MM] - [outputs N] sentence` (protocol.md); what is missing stays empty.

    A zone that is named behind the stamp counts, and so does half of the day.
    """
    with_stamp, _, named = _patterns()
    stamped = with_stamp.match(line)
    stamp, stamp_text, naive, rest = None, "", False, line
    if stamped:
        offset = (stamped["offset"] or "").strip().replace("UTC", "Z")
        stamp = parse_stamp(f"{stamped['day']} {stamped['clock']}{offset}")
        if stamp is not None:
            stamp_text, naive, rest = stamped["stamp"], not stamped["offset"], stamped["rest"]
        end = stamped.end("stamp")
        if naive and named.match(line, end):
            from swarm.protocol.stamps import read_stamp  # seldom

            whole = read_stamp(line, at=stamped.start("stamp"))
            if whole is not None and whole.end > end:
                stamp, stamp_text, naive = whole.wall, whole.text, whole.naive
                rest = line[whole.end :].lstrip(" \t])-\u2013\u2014")
    outputs, rest = count_of_outputs(rest.strip())
    return ParsedLine(stamp, stamp_text, outputs, rest, naive)


def says_something(sentence: str) -> bool:
    """Whether there is a letter, a digit or a sign such as an emoji in it: blanks and dots alone are no update."""
    if any(map(str.isalnum, sentence)):
        return True
    from unicodedata import category  # seldom

    return any(category(char)[0] == "S" for char in sentence)


def count_of_outputs(text: str) -> tuple[int | None, str]:
    """The agent's own count at the beginning of a sentence, and the sentence without it."""
    counted = _patterns()[1].match(text)
    if counted is None:
        return None, text
    return min(int(counted[1]), MAX_OUTPUTS), text[counted.end() :].strip()
