"""What can be done first in a room with nobody in it but the root."""

from collections.abc import Sequence

from swarm.model.snapshot import Access, Snapshot
from swarm_tui.app.act import Act
from swarm_tui.app.capabilities import Where
from swarm_tui.app.keys import KeyNames

_WORDS = {
    "spawn": "spawn the first agent",
    "plan": "rehearse the next heartbeat",
    "help": "help: every key, every sign",
}
"""The acts that make something of an empty room, and what they do for it."""


def is_empty(snapshot: Snapshot) -> bool:
    """Returns whether a home of ours has nobody in it but the root."""
    nobody = len(snapshot.agents) <= 1 and all(view.id == snapshot.root for view in snapshot.agents)
    return nobody and snapshot.pulse.access not in (Access.MISSING, Access.FOREIGN)


def first_steps(acts: Sequence[Act], where: Where) -> tuple[tuple[str, str], ...]:
    """Returns (key, words) of what can be done now."""
    possible = {act.name for act in acts if act.name in _WORDS and act.keys and not act.disabled_reason(where)}
    key_of = KeyNames(acts)
    return tuple((key_of(name), words) for name, words in _WORDS.items() if name in possible)
