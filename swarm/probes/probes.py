"""Looks that cost more than a stat, at their own pace: whether processes live, what they use, their outputs."""

import time
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

from swarm.model.agent import Liveness, Usage
from swarm.model.record import Record
from swarm.model.time import Now
from swarm.probes.disk_use import DiskUse
from swarm.probes.inputs import InputLooks
from swarm.probes.output_counts import OutputCounts
from swarm.probes.role_files import RoleFiles
from swarm.probes.role_reads import RoleLooks
from swarm.probes.strays import StrayLooks
from swarm.probes.streams import OutputReaders
from swarm.probes.tiers import TierLooks
from swarm.probes.worktrees import WorktreeLooks
from swarm.probes.write_watch import WriteWatch
from swarm.processes.belonging import origin_of
from swarm.tracking.files import EXIT, RESULTS
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home
    from swarm.ledger.state import State

Sampler = Callable[[Mapping[str, Record]], Mapping[str, Usage]]
"""Records of living agents -> what their processes use, by id."""
LOOKS_A_SCAN = 64
USAGE_S = 3.0
USAGE_SHARE = 100.0
SAMPLED_AT_ONCE = 24
"""Ten milliseconds where each has three processes: events that come meanwhile need not wait for longer."""


def usage_sampler() -> Sampler:
    """Samples processor and memory of every agent's process tree; in a large swarm of some at a time, in turn."""
    from swarm.processes.usage import UsageSampler  # the port to the kernel; a look from the command line needs none

    samples = UsageSampler()
    turn: list[str] = []
    used: dict[str, Usage] = {}

    def sample(records: Mapping[str, Record]) -> Mapping[str, Usage]:
        if not turn:
            turn.extend(records)
        now, turn[:] = turn[:SAMPLED_AT_ONCE], turn[SAMPLED_AT_ONCE:]
        programs = {known: record.process for known, record in records.items() if record.process}
        keepers = {known: record.keeper for known, record in records.items() if record.keeper}
        fresh = samples.sample(programs, keepers, now)
        for known in [known for known in used if known in now or known not in records]:
            del used[known]
        used.update(fresh)
        return used

    return sample


class Effort(Enum):
    """How much of this one scan does."""

    URGENT = "only the agents that are named as urgent"
    SOME = "also the agents whose turn it is"
    ALL = "every agent"
    PLACES = "only whether programs have sub-agents, and strays run"


def _read_last_words(agent: TrackedAgent, record: Record) -> bool:
    """Reads how it ended and what it reported, where it has ended since its files were read: it is not lost.

    Its keeper writes exit.json, and only then ends. Returns whether there is anything new.
    """
    files, directory = agent.files, agent.directory
    if files is None or directory is None or record.ref.match(files.exit.value) is not None:
        return False
    names = frozenset({EXIT, RESULTS})
    return bool(files.refresh(directory.files | names, names))


class Probes:
    """Looks at the agents that live, some in every scan, so that a thousand of them cost no more than a hundred."""

    def __init__(self, home: "Home", sampler: Sampler | None) -> None:
        self.home = home
        self.sampler = sampler
        self.measuring = sampler is not None
        """Whether a person looks at what processes use."""
        self.output_readers = OutputReaders(home)
        self._worktrees = WorktreeLooks(home)
        self._outputs = OutputCounts(home)
        self.writes = WriteWatch(home)
        self.disk_use = DiskUse(home)
        self._inputs = InputLooks(home.layout.root)
        self._tiers = TierLooks(home.policy)
        self._reads = RoleLooks(home.layout)
        self.role_files = RoleFiles(home.layout, home.policy)
        self.strays = StrayLooks(home)
        self._turn: list[str] = []
        self._sampled_at = float("-inf")
        self._sample_cost = 0.0

    def look(
        self,
        agents: Mapping[str, TrackedAgent],
        now: Now,
        state: "State | None",
        *,
        urgent: Iterable[TrackedAgent],
        effort: Effort,
    ) -> set[str]:
        """Returns the ids of those for whom something changed. urgent: agents that are looked at out of turn.

        state: the ledger's, as the scan has read it.
        """
        if effort is not Effort.URGENT:
            self.strays.look(state, now=effort in (Effort.ALL, Effort.PLACES))
        if effort is Effort.PLACES:
            return self.output_readers.listen_for_subagents(agents, now)
        everything = effort is Effort.ALL
        changed = set() if everything else {agent.id for agent in urgent if self._look_alive(agent)}
        if not everything:
            changed |= self.output_readers.hear([agent for agent in urgent if agent.follower is not None], now)
        if effort is Effort.URGENT:
            return changed
        changed |= {agent.id for agent in self._due(agents, everything=everything) if self._look_alive(agent)}
        changed |= self._outputs.look(agents, now, everything=everything)
        changed |= self._worktrees.look(agents, everything=everything and self.output_readers.patient)
        if not everything:  # who looks once has nothing to compare with
            changed |= self.writes.look(agents)
        changed |= self.output_readers.listen(agents, now, everything=everything)
        changed |= self.disk_use.look(agents, everything=everything)
        changed |= self._inputs.look(agents, everything=everything)
        changed |= self._tiers.look(agents, everything=everything)
        changed |= self._reads.look(agents, everything=everything)
        changed |= self.role_files.look(agents, everything=everything)
        return changed | self._sample(agents)

    def _due(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> list[TrackedAgent]:
        if everything:
            return list(agents.values())
        if not self._turn:
            self._turn = [known for known, agent in agents.items() if agent.record is not None]
        turn, self._turn = self._turn[:LOOKS_A_SCAN], self._turn[LOOKS_A_SCAN:]
        return [agents[known] for known in turn if known in agents]

    def _look_alive(self, agent: TrackedAgent) -> bool:
        record = agent.record
        before = agent.liveness, agent.unkept, agent.origin
        if record is None or not record.holds_slot or (record.keeper is None and record.process is None):
            agent.liveness, agent.unkept, agent.origin = None, False, None
        else:
            agent.liveness, agent.unkept = self.home.runner.life(record)
            if agent.liveness in (Liveness.DEAD, Liveness.STRANGER) and _read_last_words(agent, record):
                return True
            if agent.origin_of is not record:
                agent.origin, agent.origin_of = origin_of(self.home.layout, record), record
        return (agent.liveness, agent.unkept, agent.origin) != before

    def _sample(self, agents: Mapping[str, TrackedAgent]) -> set[str]:
        """What processes use: every few seconds, and never for more than a hundredth of the time."""
        at = time.monotonic()
        if not self.measuring or at - self._sampled_at < max(USAGE_S, USAGE_SHARE * self._sample_cost):
            return set()
        self.sampler = self.sampler or usage_sampler()
        records = {known: agent.record for known, agent in agents.items() if agent.record and agent.record.live}
        started = time.perf_counter()
        used = self.sampler(records)
        self._sampled_at, self._sample_cost = at, time.perf_counter() - started
        changed: set[str] = set()
        for known, agent in agents.items():
            usage = used.get(known)
            if not _alike(agent.usage, usage):
                agent.usage = usage
                changed.add(known)
        return changed


def _alike(one: Usage | None, other: Usage | None) -> bool:
    """Whether a person would see no difference: rows are not repainted for a kilobyte."""
    if one is None or other is None:
        return one is other
    return (
        one.pid == other.pid
        and one.processes == other.processes
        and abs(one.cpu_percent - other.cpu_percent) < 1.0
        and abs(one.rss_bytes - other.rss_bytes) <= max(one.rss_bytes, other.rss_bytes) * 0.05
    )
