"""The place of each agent below the others, and what the slots are that follow from it."""

from collections import Counter
from collections.abc import Mapping

from swarm.config.policy import Policy
from swarm.model.record import Record
from swarm.model.snapshot import Slots
from swarm.protocol.names import nearest, parent_of
from swarm.rules.slot_tree import SlotTree
from swarm.rules.slots import slots_of
from swarm.scan.tracked_agent import TrackedAgent


class Hierarchy:
    """What follows from who is there and who holds slots; added up anew when that changes, in one pass."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.order: list[TrackedAgent] = []
        """Parents before children, siblings by name. A new list only where agents came or went."""
        self.slots: Slots = slots_of(SlotTree({}, policy.root.id), policy)

    def arrange(self, agents: Mapping[str, TrackedAgent], records: Mapping[str, Record]) -> set[str]:
        """Tells every agent its place. Returns the ids of those for whom something changed."""
        order = sorted(agents.values(), key=lambda agent: agent.id.split("/"))
        before = {agent.id: _place_of(agent) for agent in order}
        self._place(order, agents)
        ghosts = Counter(agent.parent or "" for agent in order if agent.ghost)
        slot_tree = SlotTree(records, self.policy.root.id, ghosts)
        self.slots = slots_of(slot_tree, self.policy)
        for agent in order:
            self._count(agent, slot_tree)
        if order != self.order:
            self.order = order
        return {agent.id for agent in order if _place_of(agent) != before[agent.id]}

    def _place(self, order: list[TrackedAgent], agents: Mapping[str, TrackedAgent]) -> None:
        children = Counter[str]()
        renamed = _find_renamed(order)
        for agent in order:
            above = nearest(parent_of(agent.id), agents)
            agent.parent = above or None
            parent = agents[above] if above else None
            agent.depth = parent.depth + 1 if parent else 0
            # Below whom it would have to be spawned through the engine: a living agent of ours, at any distance.
            agent.managed = parent is not None and (
                parent.managed or (parent.record is not None and parent.record.live)
            )
            agent.ghost = agent.managed and agent.known is None and not agent.over and agent.id not in renamed
            children[above] += 1
        for agent in order:
            agent.children = children[agent.id]

    def _count(self, agent: TrackedAgent, slot_tree: SlotTree) -> None:
        if agent.id == self.policy.root.id:
            agent.budget, agent.used = self.policy.slots.max, slot_tree.used()
        elif agent.record is not None:
            agent.budget, agent.used = agent.record.slots, slot_tree.used(agent.id)
        else:
            agent.budget, agent.used = agent.known.slots if agent.known else 1, 1 if agent.ghost else 0


def _find_renamed(order: list[TrackedAgent]) -> frozenset[str]:
    """Tells agents of the ledger that have no directory where it is now; returns the ids that these seem to be."""
    homeless = {agent.record.spawn_id: agent for agent in order if agent.directory is None and agent.record is not None}
    for agent in homeless.values():
        agent.renamed_to = ""
    for agent in order if homeless else ():
        spec = agent.spec if agent.record is None else None
        if spec is not None and spec.spawn_id in homeless:
            homeless[spec.spawn_id].renamed_to = agent.id
    return frozenset(agent.renamed_to for agent in homeless.values() if agent.renamed_to)


def _place_of(agent: TrackedAgent) -> tuple[object, ...]:
    place = agent.parent, agent.depth, agent.children, agent.budget, agent.used
    return *place, agent.ghost, agent.renamed_to
