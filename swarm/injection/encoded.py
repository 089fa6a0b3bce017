"""Texts that are written in a code which agents read as well: base64, hexadecimal, ROT13, backwards."""

import re
from collections.abc import Iterator

_BASE64 = r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,4000}={0,2}(?![A-Za-z0-9+/=_-])"
_HEX = r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[ :]?){16,2000}(?![0-9a-fA-F])"
_ROT13 = frozenset({"vtaber", "qvfertneq", "sbetrg", "vafgehpgvbaf", "cebzcg", "bireevqr"})
_BACKWARDS = frozenset({"erongi", "drageresid", "tegrof", "snoitcurtsni", "tpmorp", "edirrevo"})
_SHORTEST, _PAIR = 24, 2
MAX_RUNS = 8
"""So many runs of a code are read in a text."""


def decoded(text: str) -> Iterator[str]:
    """What a readable text says in each code that it may be in."""
    lower = text.lower()
    listed = lower.split()
    present = frozenset(listed)
    if not _ROT13.isdisjoint(present):
        from codecs import decode

        yield decode(lower, "rot13")
    if not _BACKWARDS.isdisjoint(present):
        yield lower[::-1]
    long = max(map(len, present), default=0) >= _SHORTEST
    for run in _runs(_BASE64, text) if long else ():
        yield from _of_base64(run)
    for run in _runs(_HEX, text) if long or len(listed) > _SHORTEST // _PAIR else ():
        yield from _said(bytes.fromhex(run.replace(":", "").replace(" ", "")))


def _of_base64(run: str) -> Iterator[str]:
    from base64 import b64decode

    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        yield from _said(b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except ValueError:
        return  # a long word of another kind


def _runs(pattern: str, text: str) -> Iterator[str]:
    for _, found in zip(range(MAX_RUNS), re.finditer(pattern, text), strict=False):
        yield found[0]


def _said(data: bytes) -> Iterator[str]:
    """The bytes as words, where they are words: digests and pictures are not."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    if text.isprintable() or text.replace("\n", " ").replace("\t", " ").isprintable():
        yield text
