"""What roles may take of the slots: at most so many at once, and so many that are kept for them. Pure.

The allocation is made before anything is spawned (field report, The Slot Budget System): `[slots.roles.ROLE]` says
`max` and `guaranteed`. To see it: guarantee slots to scouts, and spawn workers until one is refused with slots left.
"""

from collections.abc import Mapping

from swarm.config.policy import Policy, SlotsPolicy
from swarm.formatting import plural
from swarm.model.snapshot import Snapshot
from swarm.rules.budgets.slot_tree import TOP, SlotTree

NAMED = 3


def held_by(slot_tree: SlotTree, role: str) -> int:
    """Slots that agents of a role commit at any depth; what runs below one of them is in its commitment."""
    return sum(
        slot_tree.committed(agent)
        for agent, record in slot_tree.records.items()
        if record.role == role and not any(_is_of(slot_tree, above, role) for above in _above(slot_tree, agent))
    )


def kept(slot_tree: SlotTree, slots: SlotsPolicy, *, besides: str = "") -> Mapping[str, int]:
    """By role: guaranteed slots that are not taken yet, and that no other role gets. besides: a role to leave out."""
    guaranteed = {name: role.guaranteed for name, role in slots.roles.items() if role.guaranteed and name != besides}
    if not guaranteed:
        return {}
    held = dict.fromkeys(guaranteed, 0)
    for agent in slot_tree.children.get(TOP, ()):
        record = slot_tree.records.get(agent)
        if record is not None and record.role in held:
            held[record.role] += slot_tree.committed(agent)
    return {name: left for name, count in guaranteed.items() if (left := count - held[name]) > 0}


def guarantee_left(slot_tree: SlotTree, policy: Policy, role: str) -> int:
    """Slots that this role still has by its guarantee."""
    return kept(slot_tree, policy.slots).get(role, 0)


def wholly_guaranteed(slot_tree: SlotTree, slots: SlotsPolicy, *, besides: str) -> frozenset[str]:
    """The roles of which all that is held under the root would stay kept for them, were it ended. besides: left out."""
    held = dict.fromkeys(slots.roles, 0)
    for agent in slot_tree.children.get(TOP, ()) if held else ():
        record = slot_tree.records.get(agent)
        if record is not None and record.role in held:
            held[record.role] += slot_tree.committed(agent)
    return frozenset(name for name, count in held.items() if name != besides and count <= slots.roles[name].guaranteed)


def reserve_in_use(slot_tree: SlotTree) -> int:
    """Slots of agents under the root that were let into the reserve."""
    tops = slot_tree.children.get(TOP, ())
    return sum(slot_tree.committed(agent) for agent in tops if _is_in_reserve(slot_tree, agent))


def reserve_words(snapshot: Snapshot, committed: int) -> str:
    """That slots of the reserve are in use, and by whom, in a sentence; '' while it is whole."""
    slots = snapshot.slots
    taken = min(slots.reserve, committed - (slots.max - slots.reserve))
    if taken <= 0:
        return ""
    let_in = [view.id for view in snapshot.agents if view.record and view.record.holds_slot and view.record.reserve]
    by = f", by {', '.join(let_in[:NAMED])}" if let_in else ""
    return f"{taken} of the {plural(slots.reserve, 'slot')} in reserve are in use{by}; {committed} are committed"


def words_of_kept(kept_for: Mapping[str, int]) -> str:
    """`2 kept for scout, 1 for worker`; '' for nothing."""
    named = [f"{count} for {role}" for role, count in kept_for.items()]
    return f"{', '.join(named).replace(' for', ' kept for', 1)}" if named else ""


def over_maximum(slot_tree: SlotTree, policy: SlotsPolicy, role: str, slots: int) -> str:
    """Why a role may not take so many slots more, in a sentence; '' where it may."""
    found = policy.roles.get(role)
    if found is None or found.max is None:
        return ""
    held = held_by(slot_tree, role)
    if held + slots <= found.max:
        return ""
    return (
        f"{plural(slots, 'slot')} asked for; {role} holds {held} of the {found.max} that [slots.roles.{role}] allows."
    )


def _above(slot_tree: SlotTree, agent: str) -> list[str]:
    return list(slot_tree.chain(slot_tree.parents[agent]))


def _is_of(slot_tree: SlotTree, agent: str, role: str) -> bool:
    record = slot_tree.records[agent]
    return record.role == role and record.holds_slot


def _is_in_reserve(slot_tree: SlotTree, agent: str) -> bool:
    record = slot_tree.records.get(agent)
    return record is not None and record.reserve
