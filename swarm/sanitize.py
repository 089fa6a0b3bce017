"""Makes agent text safe: for a screen bounded and without control characters, for handing on whole and visible."""

import re
import unicodedata
from functools import cache

from swarm.formatting import how_much_more

LIMIT = 2000
LIMIT_LINES = 2000
MARKS_PER_BASE = 4
ELLIPSIS = "…"
REPLACEMENT = "\ufffd"
# CSI; OSC, DCS, SOS, PM and APC with their strings up to BEL or ST; any other escape sequence. No part can run over the
# start of another sequence, so a million introducers cost one pass. A string that never ends loses only its start.
ESCAPE_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x0a\x1b\x90\x98\x9b-\x9f]*(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[ -/]*[0-~]"
)
_SPACES = frozenset("\t\n\x0b\x0c\r\x1c\x1d\x1e\x85\u2028\u2029\u2800")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")


def clean(text: str, limit: int = LIMIT) -> str:
    """Agent text as one line that can neither steer a terminal nor hide or reorder what is shown.

    Escape sequences (with what they carry), controls, bidi marks, zero-width and tag characters, private use, soft
    hyphens, fillers and variation selectors go; line ends and tabs become spaces; marks are capped at four a base; what
    cannot be encoded or is unassigned shows as U+FFFD. limit: characters of the answer, an ellipsis included.
    Markup is left as it is: nothing that draws agent text may interpret it.
    """
    if len(text) <= limit and text.isprintable() and (text.isascii() or _plain().match(text)):
        return text.strip()
    return _cut(_scrub(text, limit).strip(), limit)


def clean_beginning(text: str, limit: int) -> str:
    """Agent text as `clean` makes it, and how much more there is where that cuts it."""
    shown = clean(text, limit)
    is_cut = len(text) > limit and len(shown) == limit and shown.endswith(ELLIPSIS)
    return f"{shown} {how_much_more(len(text) - limit)}" if is_cut else shown


def clean_block(text: str, limit_lines: int = LIMIT_LINES, limit: int = LIMIT) -> str:
    """The same for text of several lines: line feeds and indentation stay, each line is capped at `limit` characters.

    What lies beyond `limit_lines` lines is counted in one last line.
    """
    lines = text.split("\n", limit_lines)
    rest = lines.pop() if len(lines) > limit_lines else None
    shown = [_clean_line(line, limit) for line in lines]
    if rest is not None:
        shown.append(f"{ELLIPSIS} {rest.count(chr(10)) + 1} more lines")
    return "\n".join(shown)


def _clean_line(line: str, limit: int) -> str:
    line = line.rstrip()
    if len(line) <= limit and line.isprintable() and (line.isascii() or _plain().match(line)):
        return line
    return _cut(_scrub(line.replace("\t", "    "), limit).rstrip(), limit)


@cache
def _plain() -> re.Pattern[str]:
    """Scripts and symbols without marks, joiners or fillers: with `isprintable` the short way for nearly every line.

    It takes long to compile, and what is ASCII needs none of it.
    """
    return re.compile(
        "[ -~\u00a1-\u02ff\u0370-\u0482\u048a-\u0590\u05d0-\u05ea\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u27ff"
        "\u2900-\u2bff\u3001-\u3029\u3041-\u3096\u309b-\u3130\u4e00-\u9fff\uac00-\ud7a3\U0001f300-\U0001faff]*\\Z"
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def _scrub(text: str, limit: int) -> str:
    # Hostile text may be nearly all removed: look at more than is shown, but never at all of it.
    shown = ESCAPE_SEQUENCE.sub("", text[: limit * 8])
    out: list[str] = []
    marks = MARKS_PER_BASE  # a mark without a base would combine with what the screen drew before it
    for char in shown:
        if " " <= char <= "~":
            out.append(char)
            marks = 0
        elif char in _SPACES or (kind := unicodedata.category(char)) == "Zs":
            out.append(" ")
            marks = 0
        elif char in _FILLERS or "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff":
            continue
        elif kind[0] == "M" or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb":
            marks += 1
            if marks <= MARKS_PER_BASE:
                out.append(char)
        elif kind in {"Cs", "Cn"}:
            out.append(REPLACEMENT)
            marks = 0
        elif kind[0] != "C":
            out.append(char)
            marks = 0
    return "".join(out)


_STEERS = re.compile(
    "\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f|\r\n"
    "|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2061-\u2064\u2066-\u2069\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What steers a terminal, turns the order of letters around, or is text that nobody sees.

Two stand before it that are none: a flag that is written with tags, and the end of a line as Windows writes it.
"""
_RETURN = re.compile("\r(?!\n)")


def visible(text: str) -> str:
    """Agent text that is handed on whole, letter by letter; only what steers or hides shows as an escape: `\\x1b`.

    Tabs, long lines, joiners, soft hyphens and combining marks stay as they are: no screen of ours is drawn with it.
    """
    return text if text.isprintable() else _STEERS.sub(_as_escape, text)


def for_terminal(text: str) -> str:
    """The same for the lines of a terminal, where a carriage return would have the line written over."""
    return _RETURN.sub(r"\\r", visible(text))


def _as_escape(found: re.Match[str]) -> str:
    sign = found[0]
    if len(sign) > 1:
        return sign
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quoted(text: str, limit: int = 300) -> str:
    """Words of an agent, as data."""
    return f'"{clean(text, limit)}"'


COMPLAINT_LINES = 5
COMPLAINT_CHARS = 600


def complaint(output: str) -> str:
    """Returns the last lines of what a program wrote to its stderr, made safe and in one line; '' for none.

    Indented lines, such as frames of a stack, are left out where there are others.
    """
    lines = [line for line in clean_block(output).splitlines() if line.strip()]
    chosen = [line for line in lines if not line[0].isspace()] or lines
    words = " / ".join(line.strip() for line in chosen[-COMPLAINT_LINES:])
    return words if len(words) <= COMPLAINT_CHARS else f"... {words[-COMPLAINT_CHARS:]}"
