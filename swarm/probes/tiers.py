"""Compares the models of all living agents, at each heartbeat and from time to time (failure 4)."""

import time
from collections.abc import Mapping

from swarm.config.policy import Policy
from swarm.model.agent import AgentSpec
from swarm.model.causes import ProblemCode
from swarm.model.record import Phase
from swarm.programs.model_tier import Run, mixed, run_of
from swarm.sanitize import clean
from swarm.tracking.tracked_agent import TrackedAgent

LOOK_S = 10.0
"""Between two looks of a caller that goes on looking."""
_AT_WORK = (Phase.RUNNING, Phase.WAITING)


class TierLooks:
    """Compares them from time to time: what one agent runs says something of another."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._looked_at = float("-inf")
        self._known: dict[str, tuple[AgentSpec, Run]] = {}
        """By agent: what was worked out of it, and the spec that this follows from."""

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of those for whom something changed. everything: now, however long the last look is ago."""
        at = time.monotonic()
        if not everything and at - self._looked_at < LOOK_S:
            return set()
        self._looked_at = at
        found = mixed(self._runs(agents), self._policy)
        return {
            agent.id
            for agent in agents.values()
            if agent.note_fault(ProblemCode.TIER, clean(found.get(agent.id, ""), 500))
        }

    def _runs(self, agents: Mapping[str, TrackedAgent]) -> list[Run]:
        """Those that live, each worked out again only where its spec or its answer is another."""
        before, self._known = self._known, {}
        for agent in agents.values():
            record, follower = agent.record, agent.follower
            if agent.spec is None or record is None or record.phase not in _AT_WORK or agent.replaced:
                continue
            answers = follower.activity.model if follower is not None else ""
            spec, run = before.get(agent.id, (None, None))
            if run is None or spec is not agent.spec or run.answers != answers:
                run = run_of(agent.spec, record.spawned, answers, self._policy)
            self._known[agent.id] = agent.spec, run
        return [run for _, run in self._known.values()]
