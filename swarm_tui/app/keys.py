"""The table of acts with the keys that the operator's settings give them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from textual.binding import Binding
from textual.keys import format_key

from swarm.model.values import replace
from swarm_tui.app.act import Act
from swarm_tui.app.actions import ACTS

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


class KeyNames:
    """The first key of each act of a table, as prose names it."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self._first = {act.name: act.shown.split()[0] if act.keys else "" for act in acts}

    def __call__(self, name: str) -> str:
        """Returns the key of an act as people write it; where it has none, how the palette finds it: `:stop`."""
        if key := self._first[name]:
            return key
        palette = self._first["palette"]
        return f"{palette}{' ' * (len(palette) > 1)}{name}"


def keys_for(acts: Iterable[Act], actions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Returns the keys of these acts, by Textual's names, each with the action of a screen over the room."""
    return ((key, actions[act.name]) for act in acts if act.name in actions for key in act.keys)


def bindings(acts: Sequence[Act]) -> list[Binding]:
    """Returns a table as Textual bindings. All call one dispatcher, which can say why an act is refused."""
    return [
        Binding(",".join(act.keys), f"act('{act.name}')", act.title, show=False, key_display=act.shown)
        for act in acts
        if act.keys
    ]
