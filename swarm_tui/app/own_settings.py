"""The operator's own settings as a control room has them: from options, environment, keys, file and defaults."""

from collections.abc import Mapping
from typing import Self

from textual.theme import BUILTIN_THEMES

from swarm.errors import UsageError
from swarm.model.values import replace
from swarm.store.writer import explain
from swarm_tui.app.actions import ACTS
from swarm_tui.app.theme import THEMES
from swarm_tui.settings import kept
from swarm_tui.settings.file import check, load
from swarm_tui.settings.places import Places, places
from swarm_tui.settings.values import AUTO, Known, KnownAct, Settings
from widgets.tree_columns import Column
from widgets.tree_order import SortMode

__all__ = ["OwnSettings", "check", "config_template", "known"]


def known() -> Known:
    """Returns what config.toml may name."""
    return Known(
        acts={act.name: KnownAct(act.title, act.keys, act.shown) for act in ACTS},
        themes=(AUTO, *(theme.name for theme in THEMES)),
        more_themes=tuple(BUILTIN_THEMES),
        orders=tuple(mode.value for mode in SortMode),
        columns=tuple(column.value for column in Column),
    )


def config_template() -> str:
    """Returns a config.toml with everything that it may name, for who has none."""
    from swarm_tui.settings.template import template  # wanted once in a home's life, not whenever a room opens

    return template(known())


class OwnSettings:
    """What holds in one control room, and where its operator's changes are kept.

    settings: what file and keys say. trouble: what is to be said of the file. written: what the file alone says.
    where: None keeps nothing, as for a demo, and for agents.
    """

    def __init__(
        self,
        settings: Settings = Settings(),  # noqa: B008  (frozen)
        *,
        trouble: str = "",
        written: Settings | None = None,
        where: Places | None = None,
    ) -> None:
        self.settings = settings
        self.trouble = trouble
        self.light = False
        """The terminal is light: it was asked."""
        self._written = written if written is not None else settings
        self._where = where

    @classmethod
    def of_operator(cls, *, theme: str = "", ascii_only: bool = False, env: Mapping[str, str]) -> Self:
        """Reads the settings of the operator who opens a room. theme, ascii_only: options of the command line.

        Raises UsageError for a theme that is none.
        """
        where, names = places(), known()
        if theme and theme not in (*names.themes, *names.more_themes):
            raise UsageError(f"There is no theme {theme[:80]!r}.", f"There are: {', '.join(names.themes)}.")
        written, trouble = load(where, names)
        settings = kept.apply(written, where, names)
        given = theme or env.get("TEXTUAL_THEME", "")
        if given:
            settings = replace(settings, theme=given)
        return cls(replace(settings, ascii=settings.ascii or ascii_only), trouble=trouble, written=written, where=where)

    def keep(self, **changed: str | bool) -> None:
        """Keeps what was changed with keys for the next room. Raises SwarmError."""
        if self._where is None:
            return
        try:
            kept.keep(self._where, self._written, **changed)
        except OSError as error:
            raise explain(error, self._where.state) from error
