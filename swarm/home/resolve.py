"""Finds the agent that a caller means, by an id or an unambiguous tail of one; checks that it may be acted on."""

from collections.abc import Iterable

from swarm.errors import Code, NotFound, Refused, SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.agent import AgentSpec
from swarm.model.record import Record
from swarm.model.snapshot import AgentView
from swarm.protocol.find import walk
from swarm.protocol.names import name_of, parent_of
from swarm.rules.results.notices import listener_for

MAX_CHOICES = 8


def resolve(home: Home, words: str) -> str:
    """The id that `words` mean: the id itself, for an agent one of its own children, else a tail that only one id has.

    Raises NotFound (exit status 4): `no-such-agent` with the nearest ids, `ambiguous` with the choices.
    """
    wanted = words.strip().strip("/")
    recorded = _recorded_ids(home)
    if wanted in recorded:
        return wanted  # the usual case, without a walk over the directories
    ids = recorded | set(walk(home.layout, home.policy.watch.ignore))
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
    return NotFound(
        f"There is no agent {words[:200]!r}.",
        detail,
        "swarm-tui status lists all of them, and archive --list what was put away.",
    )


def _recorded_ids(home: Home) -> set[str]:
    """Every id in the ledger and its queue."""
    if home.layout.foreign:
        return set()
    try:
        state = home.ledger.read()
    except SwarmError:
        return set()  # a damaged ledger hides no agent whose directory is there
    return {*state.agents, *(waiting.id for waiting in state.queue)}


def _listed(ids: list[str]) -> str:
    shown = ", ".join(ids[:MAX_CHOICES])
    return shown if len(ids) <= MAX_CHOICES else f"{shown} and {len(ids) - MAX_CHOICES} more"


def must_be_below(home: Home, agent_id: str) -> None:
    """Raises Refused `hierarchy` where an agent acts on one that is not directly below it."""
    if home.actor.is_agent and parent_of(agent_id) != home.actor.agent:
        raise Refused(
            Code.HIERARCHY,
            f"{home.actor.agent!r} may act only on agents directly below itself.",
            f"{agent_id!r} is not.",
            "Ask its parent, or the operator.",
        )


def must_answer_for(home: Home, agent_id: str) -> None:
    """Raises Refused `hierarchy` where an agent acts on one that it has not spawned, and whose parent still lives.

    What an agent left whose parent has ended is for the nearest one above that lives.
    """
    if not home.actor.is_agent or parent_of(agent_id) == home.actor.agent:
        return
    agents = home.ledger.read().agents
    record = agents.get(agent_id)
    if record is None or listener_for(record, agents, home.policy.root.id) != home.actor.agent:
        must_be_below(home, agent_id)


def must_live(state: State, agent_id: str, spawn_id: str = "") -> Record:
    """The record of a living agent; raises NotFound where it has ended, is foreign, or was spawned anew."""
    record = state.agents.get(agent_id)
    if record is None or not record.live:
        raise NotFound(
            f"{agent_id!r} does not run.",
            "It has ended." if record is not None else "It was not spawned by this engine.",
            "swarm-tui status shows who runs.",
        )
    must_be_meant(record, spawn_id)
    return record


def must_be_meant(found: Record | AgentSpec | AgentView, spawn_id: str) -> None:
    """Raises NotFound where a caller means another spawn of this agent. spawn_id: '' for whichever there is."""
    if spawn_id not in ("", found.spawn_id):
        raise NotFound(
            f"{found.id!r} is not the one that was meant any more.",
            "It has been spawned anew since.",
            "Look at it again first.",
        )
