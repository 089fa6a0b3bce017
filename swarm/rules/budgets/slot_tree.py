"""Slots added up over the tree: what every agent commits, how many run below it, how deep it stands."""

from collections.abc import Iterator, Mapping

from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.protocol.names import parent_of

TOP = ""
"""The level under the root, as a parent."""


class SlotTree:
    """The slots of all records, added up once and kept up with `put`, which costs the depth of the tree.

    An agent that holds its slot commits its budget, or more where more runs below it than the budget allows. One that
    has ended commits what its children still hold. The root commits nothing (protocol.md, Slots).
    """

    def __init__(self, records: Mapping[str, Record], root: str, ghosts: Mapping[str, int] | None = None) -> None:
        """records: the newest of each id. ghosts: how many run unrecorded below an agent, by its id ('' at the top)."""
        self.root = root
        self.records = {**records}
        self.records.pop(root, None)
        self.ghosts = {self.level(agent): 0 for agent in ghosts or ()}
        for agent, count in (ghosts or {}).items():
            self.ghosts[self.level(agent)] += count
        self.parents: dict[str, str] = {}
        self.children: dict[str, list[str]] = {}
        for agent, record in self.records.items():
            above = record.parent
            if above == root:
                above = TOP
            elif above is None or above == record.id or above not in self.records:
                above = self._parent(record)
            self.parents[agent] = above
            self.children.setdefault(above, []).append(agent)
        order = self._top_down()
        self._below: dict[str, int] = dict.fromkeys(order, 0)
        self._inner: dict[str, int] = dict.fromkeys(order, 0)
        self._commits: dict[str, int] = {}
        self._used: dict[str, int] = {}
        for level, count in self.ghosts.items():
            self._below[level] = self._inner[level] = count
        for agent in reversed(order):
            self._sum(agent)
            if agent:
                parent = self.parents[agent]
                self._below[parent] += self._commits[agent]
                self._inner[parent] += self._used[agent]

    def level(self, parent: str | None) -> str:
        """The level that a parent's children draw on: an agent in the tree, or the top."""
        while parent and parent != self.root:
            if parent in self.records:
                return parent
            parent = parent_of(parent)
        return TOP

    def committed(self, agent: str = TOP) -> int:
        """Slots that an agent commits; of the whole swarm at the top."""
        return self._commits.get(agent, 0)

    def used(self, agent: str = TOP) -> int:
        """Agents that hold a slot in its subtree, itself and ghosts included; of the whole swarm at the top."""
        return self._used.get(agent, 0)

    def taken(self, agent: str) -> int:
        """How much of its own budget an agent has given away: itself, and what its children commit."""
        record = self.records.get(agent)
        return self._below.get(agent, 0) + (1 if record is not None and record.holds_slot else 0)

    def depth(self, agent: str | None) -> int:
        """How many agents stand above it, the root counted; 0 for the root."""
        return sum(1 for _ in self.chain(agent))

    def chain(self, agent: str | None) -> Iterator[str]:
        """The agent and every agent above it, up to the top."""
        level = self.level(agent)
        while level:
            yield level
            level = self.parents[level]

    def put(self, record: Record) -> None:
        """Enters an agent that was not there, or what has become of it."""
        new = record.id not in self.records
        self.records[record.id] = record
        if new:
            parent = self._parent(record)
            self.parents[record.id] = parent
            self.children.setdefault(parent, []).append(record.id)
            self._below[record.id] = self._inner[record.id] = 0
        self._rise(record.id)

    def _parent(self, record: Record) -> str:
        parent = self.level(record.parent)
        return TOP if parent == record.id else parent

    def _top_down(self) -> list[str]:
        """Every agent after its parent. A ring of parents (a ledger edited by hand) is cut and stands at the top."""
        order = self._branch(TOP)
        if len(order) > len(self.parents):
            return order
        reached = set(order)
        for agent in [*self.parents]:
            if agent in reached:
                continue
            self.children[self.parents[agent]].remove(agent)
            self.parents[agent] = TOP
            self.children.setdefault(TOP, []).append(agent)
            branch = self._branch(agent)
            reached.update(branch)
            order += branch
        return order

    def _branch(self, agent: str) -> list[str]:
        found = [agent]
        for level in found:
            found += self.children.get(level, ())
        return found

    def _sum(self, agent: str) -> None:
        """What an agent commits and uses, from what is known of those below it."""
        record = self.records.get(agent)
        below, inner = self._below[agent], self._inner[agent]
        if record is not None and record.holds_slot:
            self._commits[agent] = max(record.slots, 1 + below)
            self._used[agent] = 1 + inner
        else:
            self._commits[agent], self._used[agent] = below, inner

    def _rise(self, agent: str) -> None:
        """Adds up one agent again, and hands the difference to every agent above it."""
        while True:
            before = self._commits.get(agent, 0), self._used.get(agent, 0)
            self._sum(agent)
            if not agent:
                return
            parent = self.parents[agent]
            self._below[parent] += self._commits[agent] - before[0]
            self._inner[parent] += self._used[agent] - before[1]
            agent = parent


def as_if(record: Record, phase: Phase) -> Record:
    """Returns the record as though it stood there already; a death in doubt stays in doubt."""
    return replace(record, phase=phase)


def supposed(
    agent: str,
    phase: Phase,
    *,
    spawn_id: str = "",
    role: str = "worker",
    parent: str | None = None,
    slots: int = 1,
) -> Record:
    """Returns a record of an agent that the ledger has no word of yet."""
    return Record(agent, spawn_id, phase, role, parent, slots)
