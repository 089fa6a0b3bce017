"""Decodes text that people and their editors wrote: byte order marks, UTF-16, Windows-1252, and any ends of lines."""

import codecs
import re
from contextlib import suppress

_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HIGH = re.compile(rb"[\x80-\xff]+")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_WORD_BYTES = 3
"""More bytes in a row that are no UTF-8 are no word of Windows-1252, but another encoding, or no text at all."""
_PROBE = 4096


def decode(data: bytes) -> str:
    """The text in a file's bytes, without its byte order mark, with line feeds as the only ends of lines.

    It is UTF-8, or UTF-16 by its mark or by its zeros; a byte that is neither, within a word or alone, is Windows-1252
    (latin-1). What is none of them is replaced by U+FFFD. Raises nothing.
    """
    wide = _wide(data)
    text = _narrow(data) if wide is None else wide
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def decode_whole(data: bytes) -> str:
    """The same for text that must arrive letter by letter; raises ValueError where some of it is no text."""
    text = decode(data)
    if "\0" in text or text.count("\ufffd") > data.count("\ufffd".encode()):
        raise ValueError("it is neither UTF-8, UTF-16 nor Windows-1252 text")
    return text


def _wide(data: bytes) -> str | None:
    """UTF-16 as text; None where it is none. Lines of UTF-8 that another program has appended are read as such."""
    kind = next((kind for mark, kind in _MARKS if data.startswith(mark)), "") or _by_zeros(data)
    if not kind:
        return None
    newline = "\n".encode(kind)
    end = data.rfind(newline)
    while end > 0 and end % 2:
        end = data.rfind(newline, 0, end + 1)
    end = end + 2 if end >= 0 else len(data)
    rest = data[end:]
    if rest and b"\0" not in rest and len(rest) > 1:
        return data[:end].decode(kind, "replace").removeprefix("\ufeff") + _narrow(rest).removeprefix("\n")
    return data.decode(kind, "replace").removeprefix("\ufeff")


def _by_zeros(data: bytes) -> str:
    """UTF-16 without a mark (the tail of a long file): of plain letters every other byte is zero."""
    head = data[:_PROBE]
    if b"\0" not in head or len(head) < 8:
        return ""
    even, odd, most = head[::2].count(0), head[1::2].count(0), len(head) // 2
    if odd > most * 0.4 and even < most * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > most * 0.4 and odd < most * 0.05 else ""


def _narrow(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _HIGH.sub(_as_utf8, data).decode("utf-8-sig", "replace")


def _as_utf8(run: re.Match[bytes]) -> bytes:
    """A run of bytes above ASCII: as it is where it is UTF-8, else as UTF-8 of what Windows-1252 takes it for."""
    found = run[0]
    with suppress(UnicodeDecodeError):
        return found.decode().encode()
    text, at, to = run.string, run.start(), run.end()
    within = (at > 0 and text[at - 1] in _LETTERS) or (to < len(text) and text[to] in _LETTERS)
    return found if len(found) > (_WORD_BYTES if within else 1) else found.decode("cp1252", "replace").encode()
