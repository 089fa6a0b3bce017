"""Looks whether the shared rules and the roles are as they were: at each heartbeat, and from time to time (failure 5).

To see it: change a file in `roles/` while agents run. The home says what was changed, when, and who could have done it;
the detail of each agent that was spawned before says that it works under the old text.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping

from swarm.config.policy import Policy
from swarm.errors import SwarmError
from swarm.formatting import plural, spell_clock
from swarm.model.causes import ProblemCode
from swarm.model.record import Phase
from swarm.model.snapshot import Problem
from swarm.programs.registry import program_for
from swarm.protocol import role_texts
from swarm.protocol.owned_paths import overlap
from swarm.protocol.paths import Layout
from swarm.sanitize import clean
from swarm.tracking.files import Key, is_racy, key_of
from swarm.tracking.tracked_agent import TrackedAgent

LOOK_S = 10.0
"""Between two looks of a caller that goes on looking."""
NEAR_S = 60.0
"""Seconds between a call that names a file and the file's own time within which the call may have written it."""
SHOWN = 5


_Said = tuple[tuple[str, Problem], ...]


class RoleFiles:
    """Hashes them, each again only where it changed, and compares them with what the last heartbeat saw."""

    def __init__(self, layout: Layout, policy: Policy) -> None:
        self._layout = layout
        self._policy = policy
        self._keys: dict[str, Key] = {}
        self._looked_at = float("-inf")
        self._seen = False
        self._told: tuple[float, Mapping[str, str], _Said] | None = None
        """When it was looked last, what it was compared with, and what came of it: a snapshot is made every second."""
        self.digests: Mapping[str, str] = {}
        """The hash of each by name, as `roles/worker.md`."""

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of agents that were spawned under another text now. everything: now, however long ago."""
        at = time.monotonic()
        if self._layout.foreign or (not everything and at - self._looked_at < LOOK_S):
            return set()
        self._looked_at = at
        self._hash()
        self._seen = True
        return {agent.id for agent in agents.values() if agent.note_fault(ProblemCode.ROLE_OUTDATED, self._old(agent))}

    def problems(self, before: Mapping[str, str], since: float | None, agents: Iterable[TrackedAgent]) -> _Said:
        """What was changed since the last heartbeat while agents ran: ('', problem), none where none did.

        before: what that saw, by name; before the first one, what agents were spawned under. since: its wall seconds.
        """
        told = self._told
        if told is None or told[0] != self._looked_at or told[1] is not before:
            told = self._told = self._looked_at, before, self._compare(before or _of_agents(agents), since, agents)
        return told[2]

    def _compare(self, before: Mapping[str, str], since: float | None, agents: Iterable[TrackedAgent]) -> _Said:
        changed = [name for name, digest in before.items() if self._seen and self.digests.get(name) != digest]
        if not changed:
            return ()
        there = [agent for agent in agents if _runs(agent)]
        if not there:
            return ()
        texts = (self._words(name, since or 0.0, there) for name in sorted(changed))
        return (("", Problem(ProblemCode.ROLE_FILES, "; ".join(texts))),)

    def _hash(self) -> None:
        names = role_texts.names(self._layout)
        found: dict[str, str] = {}
        for name in names:
            looked = time.time_ns()
            try:
                key = key_of(os.lstat(self._layout.root / name))
            except OSError:
                continue
            known = self.digests.get(name)
            fresh = known if known is not None and self._keys.get(name) == key else None
            found |= {name: fresh} if fresh is not None else role_texts.digests(self._layout, (name,))
            if is_racy(key, looked):
                self._keys.pop(name, None)
            else:
                self._keys[name] = key
        if found != self.digests:
            self.digests = found

    def _old(self, agent: TrackedAgent) -> str:
        """That an agent was spawned under another text than there is now; '' where it was not."""
        if agent.spec is None or not _runs(agent):
            return ""
        under = agent.spec.role_texts
        other = [name for name, digest in under.items() if self.digests.get(name) != digest]
        if not other:
            return ""
        return f"it was spawned under another text of {clean(' and '.join(other), 200)}, and goes on under that"

    def _words(self, name: str, since: float, there: list[TrackedAgent]) -> str:
        at = self._changed_at(name, since)
        did = "was changed" if name in self.digests else "was removed"
        when = f" at {spell_clock(at, time.time())}" if at is not None else ""
        old = sum(name in agent.spec.role_texts for agent in there if agent.spec is not None)
        under = f", and {plural(old, 'agent goes', 'agents go')} on under the old text" if old else ""
        return f"{clean(name, 120)} {did}{when}{under}. It could have been done by {self._who(name, at, there)}"

    def _changed_at(self, name: str, since: float) -> float | None:
        """Wall seconds; None where its time cannot be that of the change."""
        try:
            at = os.lstat(self._layout.root / name).st_mtime
        except OSError:
            return None
        return at if since <= at <= time.time() else None

    def _who(self, name: str, at: float | None, there: list[TrackedAgent]) -> str:
        could = [agent for agent in there if self._could(agent, name, at)]
        proofs = {agent.id: _call(agent, name, at) for agent in could}
        could.sort(key=lambda agent: not proofs[agent.id])
        said = [agent.id + (f" ({proofs[agent.id]})" if proofs[agent.id] else "") for agent in could[:SHOWN]]
        more = [f"{len(could) - SHOWN} more"] if len(could) > SHOWN else []
        return ", ".join([*said, *more, "a person or another program"])

    def _could(self, agent: TrackedAgent, name: str, at: float | None) -> bool:
        """Whether nothing kept an agent from it: it ran, and is held to no scope that leaves the file out."""
        record, spec = agent.record, agent.spec
        if record is None or spec is None or (at is not None and record.spawned_at > at):
            return False
        if not spec.has_write_scope or any(overlap(name, own) for own in spec.owns):
            return True
        try:
            return not record.boxed and not program_for(spec.program, self._policy, {}).holds_scope
        except SwarmError:
            return True


def _runs(agent: TrackedAgent) -> bool:
    return agent.record is not None and agent.record.phase is Phase.RUNNING


def _of_agents(agents: Iterable[TrackedAgent]) -> dict[str, str]:
    """What the agents that run were spawned under; of two texts of a file, that of the later spawn."""
    found: dict[str, str] = {}
    for agent in sorted(filter(_runs, agents), key=lambda each: each.record.spawned if each.record else 0.0):
        found.update(agent.spec.role_texts if agent.spec is not None else {})
    return found


def _call(agent: TrackedAgent, name: str, at: float | None) -> str:
    """The call of its that names the file nearest to its time, in words; '' where none is near."""
    calls: Iterator[tuple[float, str]] = (
        (abs(call.at - at), call.tool)
        for call in (agent.role_calls.others if agent.role_calls is not None and at is not None else ())
        if call.name == name and at is not None
    )
    nearest, tool = min(calls, default=(NEAR_S, ""))
    return f"a call of its, {clean(tool, 60)}, named it then" if nearest < NEAR_S else ""
