"""Compares the models of all living agents, at each heartbeat and from time to time (failure 4)."""

import time
from collections.abc import Iterator, Mapping

from swarm.config.policy import Policy
from swarm.model.causes import ProblemCode
from swarm.model.record import Phase
from swarm.programs.model_tier import Run, mixed
from swarm.sanitize import clean
from swarm.scan.tracked_agent import TrackedAgent

LOOK_S = 10.0
"""Between two looks of a caller that goes on looking."""
_AT_WORK = (Phase.RUNNING, Phase.WAITING)


class TierLooks:
    """Compares them from time to time: what one agent runs says something of another."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._looked_at = float("-inf")

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of those for whom something changed. everything: now, however long the last look is ago."""
        at = time.monotonic()
        if not everything and at - self._looked_at < LOOK_S:
            return set()
        self._looked_at = at
        found = mixed(_runs(agents), self._policy)
        return {
            agent.id
            for agent in agents.values()
            if agent.note_fault(ProblemCode.TIER, clean(found.get(agent.id, ""), 500))
        }


def _runs(agents: Mapping[str, TrackedAgent]) -> Iterator[Run]:
    for agent in agents.values():
        record, follower = agent.record, agent.follower
        if agent.spec is None or record is None or record.phase not in _AT_WORK or agent.replaced:
            continue
        yield Run(agent.spec, record.spawned, follower.activity.model if follower is not None else "")
