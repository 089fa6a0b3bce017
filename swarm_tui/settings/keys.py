"""Keys as people write them, by the names that Textual has for what a terminal sends."""

import re
from functools import cache

from textual.binding import Binding
from textual.keys import KEY_ALIASES, Keys, format_key

_OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "spacebar": "space",
}
_SAME = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
"""Two names of what a terminal sends as one: `ctrl+i` is tab."""
_MODIFIERS = frozenset({"alt", "ctrl", "shift"})
TAKEN = {"ctrl+c": "it says how to leave, so that nobody leaves by a slip"}
"""Keys that no act can have, and why."""


def key_named(word: str) -> str:
    """Returns Textual's name of a key. word: `x`, `?`, `ctrl-d`, `ctrl+d`, `page-down`, `f5`.

    Raises ValueError, in words, where no terminal sends such a key, and where it cannot be had.
    """
    word = word.strip()
    *modifiers, last = [word] if len(word) == 1 else re.split(r"[+-](?=.)", word)
    if not last or last.isspace():
        raise ValueError("write a key: x, ?, ctrl-d, f5, space, enter")
    modifiers = [each.lower() for each in modifiers]
    if len(last) > 1:
        last = _OTHER_NAMES.get(last.lower(), last.lower())
    if modifiers == ["page"]:  # page-up, page-down
        modifiers, last = [], f"page{last}"
    if "shift" in modifiers and len(last) == 1 and last.isalpha():
        modifiers, last = [each for each in modifiers if each != "shift"], last.upper()
    elif modifiers and len(last) == 1:
        last = last.lower()  # a terminal sends one for both
    name = _sign_named(last) if len(last) == 1 else last
    if not set(modifiers) <= _MODIFIERS or (len(last) > 1 and name not in _names()):
        raise ValueError("no terminal sends a key of this name")
    key = "+".join((*sorted(set(modifiers)), name))
    key = _SAME.get(key, key)
    if key in TAKEN:
        raise ValueError(f"it cannot be bound: {TAKEN[key]}")
    return key


def _sign_named(sign: str) -> str:
    return next(iter(Binding.make_bindings([Binding(sign, "")]))).key if sign != "," else "comma"


@cache
def _names() -> frozenset[str]:
    signs = {_sign_named(chr(code)) for code in range(ord("!"), 0x7F)}
    plain = {key.value for key in Keys if "+" not in key.value and "<" not in key.value}
    return frozenset(signs | plain)


def word_for(key: str) -> str:
    """Returns how a file says a key; `key_named` reads it. key: Textual's name of it."""
    *modifiers, last = key.split("+")
    sign = format_key(last)
    return "-".join((*modifiers, sign if len(sign) == 1 and sign.isascii() else last))
