"""What the palette offers for what was typed: acts of the table and agents, the best match first. No Textual here."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from swarm.model.snapshot import AgentView
from swarm_tui.app.act import Act
from swarm_tui.app.capabilities import Where
from widgets.cells import quote

AGENTS_SHOWN = 50


class Rank(IntEnum):
    """How well a word matches, the best first."""

    WHOLE = 1
    """It is a name of the act: its verb, its short word, its key."""
    BEGINS = 2
    WORD = 3
    """A word of it begins so."""
    WITHIN = 4
    LETTERS = 5
    """Its letters stand in one word in this order, which begins with the first."""
    SCATTERED = 6
    """The same over several words."""


class Offer(NamedTuple):
    """A row of the palette."""

    title: str
    key: str = ""
    verb: str = ""
    """On the command line."""
    refused: str = ""
    """Why it cannot be done now."""
    act: str = ""
    """The act's name; '' for an agent to go to."""
    agent: str = ""


def refusals(acts: Iterable[Act], where: Where) -> dict[str, str]:
    """Why each act cannot be done now, by name; asked once, not for every letter."""
    return {act.name: act.disabled_reason(where) for act in acts if act.palette}


def offers(
    typed: str,
    acts: Iterable[Act],
    refused: Mapping[str, str],
    agents: Iterable[AgentView],
    recent: tuple[str, ...] = (),
) -> list[Offer]:
    """The rows. recent: names of acts that were picked last, the newest first: they lead while nothing is typed."""
    known = [act for act in acts if act.palette]
    words = typed.lower().split()
    if not words:
        order = {name: place for place, name in enumerate(recent)}
        return [_of(act, refused) for act in sorted(known, key=lambda act: order.get(act.name, len(order)))]
    found: list[tuple[tuple[int, ...], Offer]] = []
    for place, act in enumerate(known):
        if (rank := _rank(words, (act.verb, act.short, act.shown.lower()), act.title)) is not None:
            found.append(((*rank, 0, len(act.title), place), _of(act, refused)))
    gone_to = 0
    for place, view in enumerate(agents):
        name = quote(view.id, 200)
        if (rank := _rank(words, (view.name,), name)) is not None and gone_to < AGENTS_SHOWN:
            found.append(((*rank, 1, len(name), place), Offer(f"go to {name}", agent=view.id)))
            gone_to += 1
    return [offer for _, offer in sorted(found, key=lambda each: each[0])]


def _of(act: Act, refused: Mapping[str, str]) -> Offer:
    return Offer(act.title, act.shown, act.verb, refused[act.name], act=act.name)


def _rank(words: list[str], names: tuple[str, ...], title: str) -> tuple[int, int] | None:
    """(the worst rank of a word, the sum of them); None where a word is nowhere."""
    ranks: list[Rank] = []
    for word in words:
        found = [rank for name in names if (rank := _match(word, name.lower(), is_name=True))]
        found += [rank for rank in (_match(word, title.lower(), is_name=False),) if rank]
        if not found:
            return None
        ranks.append(min(found))
    return max(ranks), sum(ranks)


def _match(word: str, text: str, *, is_name: bool) -> Rank | None:
    """How a word stands in a text, both in lower case."""
    words = text.split()
    if is_name and word in words:
        return Rank.WHOLE
    if text.startswith(word):
        return Rank.BEGINS
    if any(each.startswith(word) for each in words):
        return Rank.WORD
    if word in text:
        return Rank.WITHIN
    if any(each[0] == word[0] and _in_order(word, each) for each in words):
        return Rank.LETTERS
    return Rank.SCATTERED if any(_in_order(word, text[at:]) for at in _beginnings(text, word[0])) else None


def _beginnings(text: str, letter: str) -> Iterable[int]:
    return (at for at, each in enumerate(text) if each == letter and (not at or not text[at - 1].isalnum()))


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
