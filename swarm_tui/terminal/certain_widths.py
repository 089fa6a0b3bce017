"""Signs that terminals draw wider or narrower than they are measured, replaced before they break a frame."""

import re
from functools import lru_cache
from unicodedata import category, normalize

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_FLAG_A = 0x1F1E6
# Tones of skin, letters of flags, parts of Hangul syllables, joiners and selectors, and scripts with spacing marks.
_UNCERTAIN = re.compile(
    "[\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u200b-\u200f\ufe00-\ufe0f"
    "\u0900-\u0e00\u0f00-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uabff\U00011000-\U00011fff\U0001d165-\U0001d172]"
)


@lru_cache(4096)
def certain(text: str) -> str:
    """The text in signs whose width no terminal doubts, in as many columns as it was measured.

    A tone of skin goes, a flag becomes its two letters, parts of a syllable become the syllable, and a spacing vowel
    sign, which one terminal draws in a column and another in none, is left out.
    """
    plain = "".join(filter(None, map(_sign, normalize("NFC", text))))
    return plain + " " * (cell_len(text) - cell_len(plain))


def _sign(sign: str) -> str:
    if "\U0001f1e6" <= sign <= "\U0001f1ff":
        return chr(ord("A") + ord(sign) - _FLAG_A)
    if "\U0001f3fb" <= sign <= "\U0001f3ff" or category(sign) in ("Mc", "Cf") or "\ufe00" <= sign <= "\ufe0f":
        return ""
    return "" if "\u1160" <= sign <= "\u11ff" else sign


class CertainWidths(LineFilter):
    """Makes every line as wide on the terminal as it was measured: a frame stands where it was drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, each as wide and styled as before."""
        del background
        return [
            segment
            if segment.control or segment.text.isascii() or not _UNCERTAIN.search(segment.text)
            else Segment(certain(segment.text), segment.style)
            for segment in segments
        ]
