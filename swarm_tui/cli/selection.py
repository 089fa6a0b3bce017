"""Which agents of a swarm `status` is asked for: by ids, and by the filter that the control room's `/` takes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from swarm.errors import UsageError
from swarm.home.resolve import not_found
from swarm.model.health import Verdict
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.attention import attention
from widgets.tree_filter import TreeFilter, understood
from widgets.tree_order import matching


class Selection(NamedTuple):
    """The places of the agents that are wanted, in the snapshot."""

    places: frozenset[int]
    problems: bool = False
    """They are the problems: listed worst first, not as a tree."""

    def ids(self, snapshot: Snapshot) -> frozenset[str]:
        """The ids of the agents that are wanted."""
        return frozenset(snapshot.agents[at].id for at in self.places)


def select(
    snapshot: Snapshot, verdicts: Mapping[str, Verdict], words: Sequence[str], *, only_problems: bool
) -> Selection | None:
    """Returns what is wanted; None where that is everything.

    words: ids, or ends of ids, each of which wants an agent with all below it; other words make a filter.
    only_problems: of all that, what needs a person. Raises NotFound for a word that is no id and occurs nowhere,
    UsageError for a state that does not exist.
    """
    views = snapshot.agents
    wanted = frozenset(range(len(views)))
    named = {word: _named(word, views) for word in words}
    if any(named.values()):
        tops = tuple(view_id for ids in named.values() for view_id in ids)
        below = tuple(f"{top}/" for top in tops)
        wanted &= {at for at, view in enumerate(views) if view.id in tops or view.id.startswith(below)}
    filtering = _filter([word for word, ids in named.items() if not ids], snapshot, verdicts)
    needs = attention(snapshot, verdicts).agents
    if filtering.narrows:
        wanted &= matching(views, verdicts, filtering, needs)
    if only_problems:
        wanted &= {at for at, view in enumerate(views) if view.id in needs}
    return Selection(wanted, only_problems) if words or only_problems else None


def _named(word: str, views: Sequence[AgentView]) -> tuple[str, ...]:
    """The agents whose id a word is; else all whose id ends with it: to look at several harms nobody."""
    name = word.strip("/")
    exact = tuple(view.id for view in views if view.id == name)
    return exact or tuple(view.id for view in views if name and view.id.endswith(f"/{name}"))


def _filter(words: Sequence[str], snapshot: Snapshot, verdicts: Mapping[str, Verdict]) -> TreeFilter:
    for word in words:
        plain = understood(word)
        if plain.unknown_words:
            raise UsageError(
                f"{word[:80]!r} is no state.", f"{plain.unknown_words[:1].upper()}{plain.unknown_words[1:]}."
            )
        if word[:1] not in ("!", ":") and not matching(snapshot.agents, verdicts, plain):
            raise not_found(word, (view.id for view in snapshot.agents))
    return understood(" ".join(words))
