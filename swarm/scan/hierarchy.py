"""Who belongs to whom: order, parents, depth, ghosts, and what every subtree holds of the slots."""

from collections import Counter
from collections.abc import Mapping

from swarm.config.policy import Policy
from swarm.model.record import Record
from swarm.model.snapshot import Slots
from swarm.protocol.names import nearest, parent_of
from swarm.rules.slot_tree import SlotTree
from swarm.rules.slots import slots_of
from swarm.scan.tracked_agent import Entry


class Hierarchy:
    """What follows from who is there and who holds slots; added up anew when that changes, in one pass."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.order: list[Entry] = []
        """Parents before children, siblings by name. A new list only where agents came or went."""
        self.slots: Slots = slots_of(SlotTree({}, policy.root.id), policy)

    def arrange(self, entries: Mapping[str, Entry], records: Mapping[str, Record]) -> set[str]:
        """Tells every entry its place. Returns the ids of those for whom something changed."""
        order = sorted(entries.values(), key=lambda entry: entry.id.split("/"))
        before = {entry.id: _place_of(entry) for entry in order}
        self._place(order, entries)
        ghosts = Counter(entry.parent or "" for entry in order if entry.ghost)
        slot_tree = SlotTree(records, self.policy.root.id, ghosts)
        self.slots = slots_of(slot_tree, self.policy)
        for entry in order:
            self._count(entry, slot_tree)
        if order != self.order:
            self.order = order
        return {entry.id for entry in order if _place_of(entry) != before[entry.id]}

    def _place(self, order: list[Entry], entries: Mapping[str, Entry]) -> None:
        children = Counter[str]()
        for entry in order:
            above = nearest(parent_of(entry.id), entries)
            entry.parent = above or None
            parent = entries[above] if above else None
            entry.depth = parent.depth + 1 if parent else 0
            # Below whom it would have to be spawned through the engine: a living agent of ours, at any distance.
            entry.managed = parent is not None and (
                parent.managed or (parent.record is not None and parent.record.live)
            )
            entry.ghost = entry.managed and entry.known is None and not entry.over
            children[above] += 1
        for entry in order:
            entry.children = children[entry.id]

    def _count(self, entry: Entry, slot_tree: SlotTree) -> None:
        if entry.id == self.policy.root.id:
            entry.budget, entry.used = self.policy.slots.max, slot_tree.used()
        elif entry.record is not None:
            entry.budget, entry.used = entry.record.slots, slot_tree.used(entry.id)
        else:
            entry.budget, entry.used = entry.known.slots if entry.known else 1, 1 if entry.ghost else 0


def _place_of(entry: Entry) -> tuple[object, ...]:
    return entry.parent, entry.depth, entry.children, entry.budget, entry.used, entry.ghost
