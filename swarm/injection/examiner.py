"""Says why a text looks like an attempt to give orders to the agent that reads it (field report, failure 7)."""

import re

from swarm.injection.clauses import MARKS, clauses
from swarm.injection.encoded import decoded
from swarm.injection.forged import forged
from swarm.injection.kinds import Finding, Kind
from swarm.injection.languages import in_other_languages
from swarm.injection.mention import is_mention
from swarm.injection.orders import rulebook
from swarm.injection.squeezed import split_phrase, squeezed
from swarm.injection.unwrap import invisible, latin, look_alike, readable
from swarm.sanitize import clean

QUOTED = 60
_CLIPBOARD = re.compile("(?:\x1b\\]|\x9d)52;")
_LEET = str.maketrans("013457@$!|l", "oieastasiii")
_FIGURES = frozenset("013457@$!|")
_MIXED = re.compile(r"[a-z][013457@$!|][a-z]|(?<![a-z0-9.])[013457@$!|][a-z]{2}")


def examined(text: str, apart: frozenset[Kind]) -> Finding | None:
    """What a text of bounded length tries on its reader; see `detect.examine`."""
    if not text.isascii() and (said := invisible(text)):
        return Finding(Kind.HIDDEN, f"invisible text {_quote(said)}")
    seen = readable(text)
    found = next(filter(None, (_plain(each, apart) for each in (seen, *decoded(seen)))), None)
    if found is None and "52;" in text and _CLIPBOARD.search(text):
        return Finding(Kind.TERMINAL, "sets the clipboard (OSC 52)")
    return found


def _plain(seen: str, apart: frozenset[Kind]) -> Finding | None:
    """What a readable text tries: in its words as they are, or in letters and figures that look like them."""
    lower = latin(seen)
    words = clauses(lower)
    if found := _order(words, apart):
        return found
    alike = look_alike(lower)
    if alike is not lower and (found := _order(clauses(alike), apart)):
        return found
    if (
        not _FIGURES.isdisjoint(alike)
        and _MIXED.search(alike)
        and rulebook(skeleton=True).first(clauses(alike.translate(_LEET)), apart)
    ):
        return Finding(Kind.OVERRIDE, f"in letters that look like others: {_quote(seen)}")
    if (mark := forged(alike)) and not _is_reported(alike, mark.start()):
        return Finding(Kind.FORGED, _quote(alike[mark.start() : mark.end() + QUOTED]))
    if split := split_phrase(alike, squeezed(alike)):
        return Finding(Kind.OVERRIDE, _quote(split))
    if other := in_other_languages(words, seen.lower()):
        return Finding(Kind.OVERRIDE, _quote(_said(other[0])))
    return None


def _order(words: str, apart: frozenset[Kind]) -> Finding | None:
    found = rulebook().first(words, apart)
    return Finding(found.rule.kind, _quote(_said(words[found.start : found.end]))) if found is not None else None


def _is_reported(text: str, start: int) -> bool:
    before = clauses(text[:start])
    return is_mention(f"{before} {clauses(text[start:])}", len(before) + 1, len(before) + 2)


def _said(words: str) -> str:
    return " ".join(word for word in words.split() if word not in MARKS)


def _quote(said: str) -> str:
    return f'"{clean(said, QUOTED)}"'
