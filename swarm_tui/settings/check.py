"""Checks what config.toml names: themes, orders, columns, acts and keys, against the tables of the control room."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn

from swarm.config.toml_lines import line_of
from swarm.errors import SettingsError
from swarm.model.values import replace
from swarm_tui.settings.keys import key_named
from swarm_tui.settings.values import Known, Settings

HINT = "Mend the line; swarm-tui config check looks at it again."
NEEDED = "quit"
"""The act that must keep a key."""


class Checker:
    """One text of a config.toml, by the name that errors have for it."""

    def __init__(self, text: str, name: str, known: Known) -> None:
        self._text = text
        self._name = name
        self._known = known

    def settle(self, settings: Settings) -> Settings:
        """Returns the settings with every key by Textual's name; raises SettingsError that names file, line and key."""
        known = self._known
        self._one_of("theme", settings.theme, (*known.themes, *known.more_themes), shown=known.themes)
        self._one_of("sort", settings.sort, known.orders, shown=known.orders)
        for column in settings.columns:
            self._one_of("columns", column, known.columns, shown=known.columns)
            if settings.columns.count(column) > 1:
                self._wrong(("columns",), f"{column} stands there twice")
        keys = {name: self._keys(name, written) for name, written in settings.keys.items()}
        self._look_for_clashes(keys)
        return replace(settings, keys=keys)

    def _one_of(self, key: str, word: str, choices: Sequence[str], *, shown: Sequence[str]) -> None:
        if word not in choices:
            self._wrong((key,), f"there is no {word[:80]!r}", _choices(word, choices, shown))

    def _keys(self, name: str, written: Iterable[str]) -> tuple[str, ...]:
        if name not in self._known.acts:
            self._wrong(("keys", name), "there is no such act", _choices(name, tuple(self._known.acts), ()))
        found: list[str] = []
        for word in written:
            try:
                found.append(key_named(word))
            except ValueError as error:
                self._wrong(("keys", name), f"{word[:80]!r}: {error}")
        if not found and name == NEEDED:
            self._wrong(("keys", name), "it needs a key: without one a room cannot be left")
        return tuple(dict.fromkeys(found))

    def _look_for_clashes(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Raises SettingsError where one key stands for two acts; it names both, at the line that was written last."""
        acts = self._known.acts
        # What the operator wrote comes last, in the order of the file: that line is the one to mend.
        order = [*(name for name in acts if name not in keys), *keys]
        owner: dict[str, str] = {}
        for name in order:
            for key in keys.get(name, acts[name].keys):
                if (other := owner.setdefault(key, name)) != name:
                    its = "" if other in keys else ", whose own key it is"
                    self._wrong(
                        ("keys", name),
                        f"{key!r} stands for two acts",
                        f"For {name} ({acts[name].title}), and for {other} ({acts[other].title}){its}.",
                    )

    def _wrong(self, path: Sequence[str], what: str, more: str = "") -> NoReturn:
        line = line_of(list(path), self._text)
        where = f"{self._name}:{line}" if line else self._name
        raise SettingsError(f"{where}: {'.'.join(path)}: {what}.", more, HINT)


def _choices(word: str, choices: Sequence[str], shown: Sequence[str]) -> str:
    near = get_close_matches(word, shown or choices, n=1, cutoff=0.5)
    sentences = (f"Perhaps you mean {near[0]}." if near else "", f"There are: {', '.join(shown)}." if shown else "")
    return " ".join(filter(None, sentences)) or "The file that `swarm-tui config init` writes has all of them."
