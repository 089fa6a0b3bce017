"""Reads what agents' programs print, and finds the sub-agents inside them."""

import re
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from swarm.model.activity import Activity, ActivityState, SubAgent
from swarm.model.record import Record
from swarm.model.time import Now
from swarm.probes.text_examiner import TextExaminer
from swarm.programs.registry import NewReader, new_reader_for
from swarm.rules.looping.observation import awake_at
from swarm.tracking.role_calls import RoleCalls
from swarm.tracking.said_writes import SaidWrites
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home

SHARE_S = 0.03
"""Of one paced scan: a long transcript is read in parts, so that no snapshot waits for it."""
PATIENCE_S = 10.0
"""Of a look that wants everything: then what was not read is unknown."""
PART_BYTES = 256 * 1024
_DEEPEST = 1000
"""Where it cannot be told how deep a sub-agent stands."""
_PLAIN_KEY = re.compile(r"[A-Za-z0-9._-]{1,80}\Z")


class OutputReaders:
    """Reads what living agents' programs print, some of it in every scan."""

    def __init__(self, home: "Home") -> None:
        self.home = home
        self.patient = True
        """A look at everything may take its time; a first snapshot may not."""
        self._texts = TextExaminer(home)
        self._begun = home.clock.wall()
        self._turn: list[str] = []
        self._readers: dict[str, NewReader | None] = {}
        self._behind: set[str] = set()
        """Whose output is not read to its end yet."""
        self._parents: set[str] = set()
        """Whose programs may have sub-agents."""

    @property
    def behind(self) -> bool:
        """There is more to read than one scan may: the next had better come soon."""
        return bool(self._behind)

    def listen(self, agents: Mapping[str, TrackedAgent], now: Now, *, everything: bool) -> set[str]:
        """Reads what has come. Returns the ids of those for whom something changed."""
        if not self._turn or everything:
            self._turn = [known for known, agent in agents.items() if self._is_followed(agent, agent.record)]
            self._behind.intersection_update(self._turn)
        until = time.perf_counter() + (PATIENCE_S if everything and self.patient else SHARE_S)
        changed: set[str] = set()
        while self._turn:
            agent = agents.get(self._turn.pop())
            if agent is not None and self._hear(agent, now, until):
                changed.add(agent.id)
            if time.perf_counter() > until:
                break
        if everything and not self.patient:
            return changed  # the first picture waits for nothing that can be found in the next look
        return changed | self._texts.look(agents, everything=everything)

    def listen_for_subagents(self, agents: Mapping[str, TrackedAgent], now: Now) -> set[str]:
        """Reads all that is said by programs that may have sub-agents, and of the others what takes no time."""
        followed = [agent for agent in agents.values() if self._is_followed(agent, agent.record)]
        may_have = [agent for agent in followed if self._may_have_subagents(agent)]
        until = time.perf_counter() + PATIENCE_S
        changed = {agent.id for agent in may_have if self._hear(agent, now, until)}
        until = time.perf_counter() + SHARE_S
        for agent in followed:
            if time.perf_counter() > until:
                break
            if agent not in may_have and self._hear(agent, now, until):
                changed.add(agent.id)
        return changed

    def hear(self, agents: Iterable[TrackedAgent], now: Now) -> set[str]:
        """Reads what came of these, whose process may have ended."""
        until = time.perf_counter() + SHARE_S
        return {agent.id for agent in agents if self._hear(agent, now, until)}

    def inner_agents(self, agents: Mapping[str, TrackedAgent]) -> dict[str, SubAgent]:
        """The live sub-agents inside all programs by the ids they are shown under: `AGENT/~KEY`, nested as they are."""
        found: dict[str, SubAgent] = {}
        for known in sorted(self._parents):
            agent = agents.get(known)
            inner = agent.follower.activity.subagents if agent is not None and agent.follower is not None else ()
            if not inner:
                self._parents.discard(known)
            found.update(_ids_of(known, inner))
        return found

    def _is_followed(self, agent: TrackedAgent, record: Record | None) -> bool:
        if record is None or not record.live or agent.directory is None:
            return False
        new_reader = self._new_reader(record.program)
        if agent.follower is None and new_reader is not None:
            from swarm.programs.follower import Follower  # plain commands have none

            agent.follower = Follower(self.home.layout.agent(agent.id).stdout, new_reader)
        return agent.follower is not None

    def _may_have_subagents(self, agent: TrackedAgent) -> bool:
        """Its role allows it some, or nothing keeps its program from having any."""
        if agent.spec is not None and agent.spec.subagents:
            return True
        settings = self.home.policy.programs.get(agent.record.program) if agent.record is not None else None
        return settings is not None and bool(settings.format)

    def _new_reader(self, program: str) -> NewReader | None:
        if program not in self._readers:
            self._readers[program] = new_reader_for(program, self.home.policy)
        return self._readers[program]

    def _hear_writes(self, agent: TrackedAgent, printed: list[tuple[Activity, float]], *, fresh: bool) -> None:
        """fresh: it was read to its end before, so that this was said since; what was missed may be long ago."""
        record, spec = agent.record, agent.spec
        if record is None or spec is None or not (fresh or record.spawned_at >= self._begun):
            return
        if agent.said_writes is None or agent.said_writes.spawn_id != record.spawn_id:
            cwd = self.home.layout.root / spec.cwd if spec.cwd else self.home.layout.agent(agent.id).path
            agent.said_writes = SaidWrites(record.spawn_id, str(cwd))
        agent.said_writes.hear(printed)

    def _hear(self, agent: TrackedAgent, now: Now, until: float) -> bool:
        """Reads on, one part at least, and no longer than `until`."""
        follower = agent.follower
        if follower is None or not follower.grown():
            return False
        before = follower.activity, follower.caught_up, follower.error
        heard = _last_word(follower.activity)
        while follower.grown():
            printed = follower.look(now.wall, PART_BYTES)
            self._texts.hear(agent, printed)
            self._hear_writes(agent, printed, fresh=before[1])
            agent.role_calls = agent.role_calls or RoleCalls()
            agent.role_calls.hear(printed, self.home.layout.root)
            if follower.error or time.perf_counter() > until:
                break
        if follower.behind and not follower.error:
            self._behind.add(agent.id)
        else:
            self._behind.discard(agent.id)
        word = _last_word(follower.activity)
        if word and word != heard:
            agent.heard = min(now.awake, awake_at(word, now))
            agent.heard_paused = agent.record.paused_total if agent.record is not None else 0.0
        if follower.caught_up and follower.activity.subagents:
            self._parents.add(agent.id)
        return (follower.activity, follower.caught_up, follower.error) != before


def _last_word(activity: ActivityState) -> float:
    """Wall seconds of its last sign of life, or of the last time it said that it tries again."""
    return max(activity.last_at, activity.retried_at)


def _ids_of(agent: str, inner: Iterable[SubAgent]) -> dict[str, SubAgent]:
    """The sub-agents of one program by id, each below the one that started it, as far as that one still lives."""
    keys: dict[str, str] = {}
    found: dict[str, SubAgent] = {}
    for each in sorted(inner, key=lambda one: one.depth or _DEEPEST):
        above = keys.get(each.parent, agent)
        keys[each.key] = f"{above}/~{_in_id(each.key)}"
        found[keys[each.key]] = each
    return found


def _in_id(key: str) -> str:
    """A key as a part of an id: a program chose it, so that what is not plain is replaced."""
    if _PLAIN_KEY.match(key):
        return key
    from hashlib import blake2b  # OpenSSL comes with it: for keys that are odd alone

    return blake2b(key.encode("utf-8", "replace"), digest_size=6).hexdigest()
