"""The table of acts with the keys that the operator's settings give them."""

from collections.abc import Mapping, Sequence

from textual.binding import Binding
from textual.keys import format_key

from swarm.model.values import replace
from swarm_tui.app.act import Act
from swarm_tui.app.actions import ACTS
from swarm_tui.app.capabilities import Where

_WORDS = frozenset({"enter", "backspace", "delete"})
"""Keys that Textual shows as signs which not every terminal has."""


def with_keys(keys: Mapping[str, Sequence[str]]) -> tuple[Act, ...]:
    """Returns the table of acts under other keys.

    keys: by an act's name, Textual's names of all its keys; none take its keys away. Other acts keep theirs.
    """
    if not keys:
        return ACTS
    return tuple(_rebound(act, tuple(keys[act.name])) if act.name in keys else act for act in ACTS)


def _rebound(act: Act, keys: tuple[str, ...]) -> Act:
    return act if keys == act.keys else replace(act, keys=keys, shown=" ".join(map(written, keys)))


def written(key: str) -> str:
    """Returns a key as people write it: `ctrl-d`, `?`, `↓`. key: Textual's name of it."""
    *modifiers, last = key.split("+")
    return "-".join((*modifiers, last if last in _WORDS else format_key(last)))


def first_key(acts: Sequence[Act], name: str) -> str:
    """Returns the first key of an act as people write it; '' where it has none."""
    return next((act.shown.split()[0] for act in acts if act.name == name and act.keys), "")


def bindings(acts: Sequence[Act]) -> list[Binding]:
    """Returns a table as Textual bindings. All call one dispatcher, which can say why an act is refused."""
    return [
        Binding(",".join(act.keys), f"act('{act.name}')", act.title, show=False, key_display=act.shown)
        for act in acts
        if act.keys
    ]


def strip_hints(acts: Sequence[Act]) -> tuple[tuple[str, str, str], ...]:
    """Returns (key, word, name of the act) of what the strip at the bottom shows, in the table's order."""
    return tuple((act.shown.split()[0], act.short, act.name) for act in acts if act.short and act.keys)


def hints(acts: Sequence[Act], where: Where) -> tuple[tuple[str, str, str], ...]:
    """Returns what the strip shows now. While agents are marked: how many, and what can be done to all of them."""
    if not where.marked:
        return strip_hints(acts)
    count = f"{len(where.marked)} marked:"
    able = (act for act in acts if act.marked and act.keys and not act.disabled_reason(where))
    help_ = (hint for hint in strip_hints(acts) if hint[2] == "help")
    return (count, "", "clear"), *((act.shown.split()[0], act.marked, act.name) for act in able), *help_
