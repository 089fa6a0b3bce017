"""The place of each agent in the tree, what its slots add up to, and which directories only look like an agent's.

A directory below an agent of ours that the ledger does not know is a ghost where something bears out that an agent is
at work in it: the engine's agent.json, a progress.md whose newest stamp is later than the spawn of the agent above, or
a coding agent's process. The names of its files alone bear out nothing: a clone, an unpacked archive and notes of the
agent itself have such files, too.
"""

from collections import Counter
from collections.abc import Collection, Mapping

from swarm.config.policy import Policy
from swarm.model.record import Record
from swarm.model.snapshot import Slots
from swarm.protocol.names import nearest, parent_of
from swarm.rules.budgets.slot_tree import SlotTree
from swarm.rules.budgets.slots import slots_of
from swarm.tracking.tracked_agent import FUTURE_TOLERANCE_S, TrackedAgent

DAY_S = 86_400.0


class Hierarchy:
    """What follows from who is there and who holds slots; added up anew when that changes, in one pass."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.order: list[TrackedAgent] = []
        """Parents before children, siblings by name, without the hidden. A new list only where agents came or went."""
        self.slots: Slots = slots_of(SlotTree({}, policy.root.id), policy)

    def arrange(
        self, agents: Mapping[str, TrackedAgent], records: Mapping[str, Record], dismissed: Collection[str] = ()
    ) -> set[str]:
        """Tells every agent its place. Returns the ids of those for whom something changed.

        dismissed: ids of directories that are no agents, as the operator says.
        """
        everyone = sorted(agents.values(), key=lambda agent: agent.id.split("/"))
        before = {agent.id: _place_of(agent) for agent in everyone}
        order = self._place(everyone, agents, dismissed)
        ghosts = Counter(agent.parent or "" for agent in order if agent.ghost)
        slot_tree = SlotTree(records, self.policy.root.id, ghosts)
        self.slots = slots_of(slot_tree, self.policy)
        for agent in order:
            self._count(agent, slot_tree)
        if order != self.order:
            self.order = order
        return {agent.id for agent in order if _place_of(agent) != before[agent.id]}

    def _place(
        self, everyone: list[TrackedAgent], agents: Mapping[str, TrackedAgent], dismissed: Collection[str]
    ) -> list[TrackedAgent]:
        """Places everyone; returns who is shown."""
        children = Counter[str]()
        renamed = _find_renamed(everyone)
        shown: dict[str, TrackedAgent] = {}
        for agent in everyone:
            above = nearest(parent_of(agent.id), shown)
            parent = shown[above] if above else None
            agent.parent = parent.id if parent else None
            agent.depth = parent.depth + 1 if parent else 0
            # Below whom it would have to be spawned through the engine: a living agent of ours, at any distance.
            agent.managed = parent is not None and (
                parent.managed or (parent.record is not None and parent.record.live)
            )
            unknown = agent.known is None and not agent.over and agent.id not in renamed
            runs = agent.stray is not None or agent.inner is not None
            agent.hidden = not runs and agent.record is None and _is_dismissed(agent.id, dismissed)
            agent.hidden |= agent.managed and unknown and not runs and not _is_borne_out(agent, agents)
            agent.ghost = not agent.hidden and (runs or (agent.managed and unknown))
            if not agent.hidden:
                shown[agent.id] = agent
                children[above] += 1
        for agent in everyone:
            agent.children = children[agent.id]
        return list(shown.values())

    def _count(self, agent: TrackedAgent, slot_tree: SlotTree) -> None:
        if agent.id == self.policy.root.id:
            agent.budget, agent.used = self.policy.slots.max, slot_tree.used()
        elif agent.record is not None:
            agent.budget, agent.used = agent.record.slots, slot_tree.used(agent.id)
        else:
            agent.budget, agent.used = agent.known.slots if agent.known else 1, 1 if agent.ghost else 0


def _is_dismissed(agent: str, dismissed: Collection[str]) -> bool:
    """Whether the operator has dismissed this directory, or one that it lies in."""
    while dismissed and agent:
        if agent in dismissed:
            return True
        agent = parent_of(agent)
    return False


def _is_borne_out(agent: TrackedAgent, agents: Mapping[str, TrackedAgent]) -> bool:
    """Whether more than the names of its files says that an agent is at work in its directory."""
    if agent.files is None or agent.spec is not None or agent.files.spec.why:
        return True
    progress = agent.files.progress
    if progress.claimed is None:
        return False
    last = progress.last
    newest = progress.claimed + (DAY_S if last is not None and last.whole_day else 0.0)
    return newest >= _spawned_above(agent.id, agents) - FUTURE_TOLERANCE_S


def _spawned_above(agent: str, agents: Mapping[str, TrackedAgent]) -> float:
    """When the nearest agent of the ledger above was spawned, in wall seconds."""
    while agent:
        agent = nearest(parent_of(agent), agents)
        known = agents[agent].record if agent else None
        if known is not None:
            return known.spawned_at
    return 0.0


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
    return *place, agent.ghost, agent.hidden, agent.renamed_to
