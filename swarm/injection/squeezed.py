"""Finds phrases that were split within their words: `I.g.n.o.r.e`, `pre-vious in-struc-tions`."""

import re

_VERBS = ("ignore", "disregard", "forget", "override", "bypass", "disobey", "reveal")
_TOLD = r"(?:instructions?|prompts?|rules?|guidelines|directives?|briefs?|orders|commands?|tasks?)"
_WORDS = (
    r"ignore|disregard|forget|override|bypass|disobey|reveal|all|any|every|of|the|my|these|those|previous|prior|above|"
    r"earlier|preceding|your|system|safety|role|secrets?|apikeys?|" + _TOLD[3:-1]
)
_PHRASE = (
    r"(?:ignore|disregard|forget|override|bypass|disobey)(?:all|any|every|of|the|my|these|those){0,4}"
    rf"(?:previous|prior|above|earlier|preceding|your)(?:(?:system|safety|role)?{_TOLD})"
    rf"|revealyour(?:systemprompt|secrets?|apikeys?|{_TOLD})"
)
_LETTER = re.compile("[a-z]")
_PIECE = re.compile("[a-z]+")


def squeezed(text: str) -> str:
    """The letters of a text in lower case; all else is left out."""
    return "".join(_PIECE.findall(text))


def split_phrase(text: str, letters: str) -> str:
    """The first phrase that stands in `text` (lower case) split within a word; '' for none. letters: it, squeezed."""
    if not any(verb in letters for verb in _VERBS):
        return ""
    places: list[int] = []
    for found in re.finditer(_PHRASE, letters):
        places = places or [each.start() for each in _LETTER.finditer(text)]
        first, last = places[found.start()], places[found.end() - 1] + 1
        if first and text[first - 1].isalnum():
            continue
        ends = {found.start() + word.end() for word in re.finditer(_WORDS, found[0])}
        if any(places[at] - places[at - 1] > 1 for at in range(found.start() + 1, found.end()) if at not in ends):
            return text[first:last]
    return ""
