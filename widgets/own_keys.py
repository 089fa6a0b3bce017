"""Prose that names a key names the act, and the operator's own key for it is filled in: none is written by hand."""

import re
from collections.abc import Callable

from textual.widget import Widget

KeyOf = Callable[[str], str]
"""The key of an act of the table, by the act's name, as people write it."""
_ACT = re.compile(r"\{(\w+)\}")


def fill_keys(words: str, key_of: KeyOf) -> str:
    """Returns words of ours with the key of each act that they name in braces, as in `{stop} ends it`."""
    return _ACT.sub(lambda found: key_of(found[1]), words)


def keys_of(widget: Widget) -> KeyOf:
    """Returns what knows the keys in the widget's app: its attribute `key_of`; without one, acts are named."""
    found: KeyOf = getattr(widget.app, "key_of", str)
    return found
