"""For terminals that are not UTF-8: whatever Textual itself draws (frames, bars, arrows), and agent text, as ASCII."""

from functools import lru_cache
from unicodedata import normalize

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_FRAMES = {
    "-": "─━═╌╍┄┅┈┉╴╶╸╺‐‑‒–—▁▔▂🬂🬭",
    "|": "│┃║┆┇┊┋╎╏╵╷╹╻▏▕▎▍▌▐▊▉",
    "+": "┌┐└┘├┤┬┴┼╭╮╯╰┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬",
    "#": "█▓▒░■▀▄▆▇▅▃",
    "v": "▼▾▽↓",
    "^": "▲▴△↑",
    ">": "▶▸▷→›»",
    "<": "◀◂◁←‹«",
    "*": "•●◉★",
    "x": "✕✖✗✘×",
    "~": "…",
    "'": "‘’",
    '"': "“”",
}
_SIGNS = {ord(sign): plain for plain, signs in _FRAMES.items() for sign in signs}


@lru_cache(4096)
def plain(text: str) -> str:
    """The text in ASCII, as wide as it was: a sign of the like, a letter without its accents, else a question mark."""
    return "".join(sign if sign.isascii() else _plain_sign(sign) for sign in text.translate(_SIGNS))


def _plain_sign(sign: str) -> str:
    width = cell_len(sign)
    letter = normalize("NFKD", sign)[:1]
    return letter if width == 1 and letter.isascii() and letter.isprintable() else "?" * width


class PlainLines(LineFilter):
    """Makes every line that goes to the terminal ASCII. Otherwise Python writes escapes, which break the layout."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, each as wide and styled as before."""
        del background
        return [
            segment if segment.control or segment.text.isascii() else Segment(plain(segment.text), segment.style)
            for segment in segments
        ]
