"""Finds the one agent that a person's words mean: an id, or an unambiguous tail of one."""

from collections.abc import Iterable

from swarm.errors import Code, NotFound, SwarmError
from swarm.home.context import Home
from swarm.protocol.find import walk
from swarm.protocol.names import name_of

MAX_CHOICES = 8


def resolve(home: Home, words: str) -> str:
    """The id that `words` mean: the id itself, for an agent one of its own children, else a tail that only one id has.

    Raises NotFound (exit status 4): `no-such-agent` with the nearest ids, `ambiguous` with the choices.
    """
    wanted = words.strip().strip("/")
    ids = known_ids(home)
    if wanted in ids:
        return wanted
    if home.actor.is_agent and f"{home.actor.agent}/{wanted}" in ids:
        return f"{home.actor.agent}/{wanted}"
    meant = sorted(agent_id for agent_id in ids if wanted and agent_id.endswith("/" + wanted))
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise NotFound(
            f"{words[:200]!r} could mean {len(meant)} agents.",
            "It could be " + _listed(meant) + ".",
            "Give more of the id.",
            code=Code.AMBIGUOUS,
        )
    raise not_found(words, ids)


def not_found(words: str, ids: Iterable[str]) -> NotFound:
    """Returns the error for words that mean no agent, with the most similar ids."""
    from difflib import get_close_matches

    names: dict[str, list[str]] = {}
    for agent_id in ids:
        names.setdefault(agent_id, []).append(agent_id)
        names.setdefault(name_of(agent_id), []).append(agent_id)
    near: list[str] = []
    for match in get_close_matches(words[:200], list(names)[:5000], n=4, cutoff=0.5):
        near.extend(agent_id for agent_id in names[match] if agent_id not in near)
    detail = "Nearest: " + _listed(near) + "." if near else "There is nothing like it in this home."
    return NotFound(f"There is no agent {words[:200]!r}.", detail, "swarm-tui status lists all of them.")


def known_ids(home: Home) -> set[str]:
    """Every id there is: in the ledger, in the queue, and on disk."""
    ids = set(walk(home.layout, home.policy.watch.ignore))
    if home.layout.foreign:
        return ids
    try:
        state = home.ledger.read()
    except SwarmError:
        return ids  # a damaged ledger hides no agent whose directory is there
    ids.update(state.agents)
    ids.update(waiting.id for waiting in state.queue)
    return ids


def _listed(ids: list[str]) -> str:
    shown = ", ".join(ids[:MAX_CHOICES])
    return shown if len(ids) <= MAX_CHOICES else f"{shown} and {len(ids) - MAX_CHOICES} more"
