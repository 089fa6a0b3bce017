"""config.toml: each setting with its type, bounds and default. The operator edits it, a control room reads it."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, field

from swarm.config.kinds import Duration, Section
from swarm.config.notify_policy import NotifyPolicy

AUTO = "auto"
"""The theme that fits the terminal: by its number of colours, and light or dark as it answers."""


def words(written: object) -> object:
    """Returns a list of keys or of names, also of one that is written alone; raises ValueError for anything else."""
    if isinstance(written, str):
        return (written,)
    if not isinstance(written, list | tuple) or not all(isinstance(each, str) for each in written):
        raise ValueError('write one in quotes, or a list: ["j", "down"]')
    return tuple(written)


class Notify(NotifyPolicy, frozen=True):
    """[notify]: what draws the operator's attention, at the terminal and, by its targets, away from it."""

    bell: bool = False
    """The terminal's bell rings once for each new alert, and when one more agent needs a person."""
    desktop: Literal["", "osc9", "osc777"] = ""
    """The same as a notification of the terminal, which shows it on the desktop: by which sequence, '' for none."""
    toasts: Literal["information", "warning"] = "information"
    """The mildest words that a toast is shown for; `warning` leaves out what went as it was asked for."""
    seconds: Annotated[Duration, Meta(ge=1, le=60)] = 5.0
    """For how long a toast is shown."""

    @property
    def away(self) -> NotifyPolicy:
        """What of it tells the operator away from the terminal."""
        return NotifyPolicy(*(getattr(self, name) for name in NotifyPolicy.__struct_fields__))


class Settings(Section, frozen=True):
    """All of config.toml."""

    theme: str = AUTO
    ascii: bool = False
    """Signs of ASCII also where the terminal has Unicode."""
    sort: str = "tree"
    reverse: bool = False
    columns: Annotated[tuple[str, ...], words] = ()
    """The columns of the tree from left to right; () for all, in our order."""
    notify: Notify = field(default_factory=Notify)
    keys: dict[str, Annotated[tuple[str, ...], words]] = field(default_factory=dict)
    """By an act's name, all its keys. An act that is not named keeps its own; [] takes them away."""


class KnownAct(NamedTuple):
    """An act that keys can be bound to."""

    title: str
    keys: tuple[str, ...]
    """Its own keys, by Textual's names."""
    shown: str
    """The same as people write them."""


class Known(NamedTuple):
    """What a file may name: made from the tables of the control room."""

    acts: Mapping[str, KnownAct]
    themes: tuple[str, ...]
    """Ours; `auto` is among them."""
    more_themes: tuple[str, ...]
    """Textual's own, which work too."""
    orders: tuple[str, ...]
    columns: tuple[str, ...]
    """In our order."""
