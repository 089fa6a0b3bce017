"""Takes off what hides words in a text: escapes, entities, invisible characters, and letters that are no letters."""

import re
import unicodedata

from swarm.sanitize import ESCAPE_SEQUENCE

# Expressions that few texts need are compiled when the first one does: reading a home starts with thousands of lines.
_INVISIBLE = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});?"
_ESCAPED = r"%[0-7][0-9a-fA-F]|\\u\{?00[0-7][0-9a-fA-F]\}?|\\x[0-7][0-9a-fA-F]"
# Scripts whose letters look like no Latin ones: what is written in them needs no table of confusables, nor its import.
_UNLIKE = "[\u0590-\u0e7f\u1100-\u11ff\u3000-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+"
ROUNDS = 2
"""How often entities and escapes are taken off: a text may have been wrapped twice."""


def readable(text: str) -> str:
    """A text as its reader sees it: entities and escapes decoded, invisible characters and widths gone."""
    if not text.isascii() or "\x1b" in text:
        text = ESCAPE_SEQUENCE.sub("", text)
    for _ in range(ROUNDS):
        if "&" in text and re.search(_ENTITY, text):
            from html import unescape  # its table of entities is large, and few texts need it

            text = unescape(text)
        if "%" in text or "\\" in text:
            text = re.sub(_ESCAPED, _unescaped, text)
    return text if text.isascii() else unicodedata.normalize("NFKC", re.sub(_INVISIBLE, "", text))


def _unescaped(found: "re.Match[str]") -> str:
    return chr(int(found[0].strip("{}")[-2:], 16))


def latin(text: str) -> str:
    """A readable text in lower case without diacritics."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def look_alike(text: str) -> str:
    """The same with letters of other scripts as the Latin ones that they look like, by Unicode's tables."""
    if text.isascii() or not any(char.isalpha() and not char.isascii() for char in re.sub(_UNLIKE, "", text)):
        return text
    from disarm import normalize_confusables  # a large table: only texts with foreign letters pay for it

    return latin(normalize_confusables(text))


_TAGS = "[\U000e0020-\U000e007e]{3,}"
_FLAG = "\U0001f3f4"  # England, Scotland and Wales are written as this flag and tags; that is no message
_SELECTORS = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}"


def invisible(text: str) -> str:
    """The message that a text carries in characters that no screen shows; '' for none."""
    found = re.search(_TAGS, text)
    if found and text[: found.start()][-1:] != _FLAG:
        return "".join(chr(ord(char) - 0xE0000) for char in found[0])
    found = re.search(_SELECTORS, text)
    if found is None or len(set(found[0])) < 4:  # one selector many times is noise, not a message
        return ""
    return bytes(_byte(char) for char in found[0]).decode("utf-8", "replace")


def _byte(selector: str) -> int:
    return ord(selector) - (0xFE00 if selector <= "\ufe0f" else 0xE0100 - 16)
