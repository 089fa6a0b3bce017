"""Counts what agents have made, some of them in every scan: declared outputs, or new files where it matters."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from swarm.model.agent import AgentSpec
from swarm.model.record import Phase, Record
from swarm.model.reports import Counted
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.probes.made import made_by
from swarm.probes.named_outputs import missing_outputs
from swarm.probes.outputs import outputs_of
from swarm.rules.looping.observation import BEGINNING, observe_outputs, were_counted
from swarm.rules.looping.usefulness import is_in_question
from swarm.tracking.contents import Contents
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home

OUTPUTS_S = 5.0
MADE_S = 30.0
"""Of agents that declare no outputs, and whose updates do not speak for themselves."""
BUDGET_S = 0.003
"""Of one scan, for each of both."""
Count = Callable[[TrackedAgent, Record, AgentSpec, Contents], Counted | None]


class _Round:
    """Who is left of a round over agents, and when the next one may begin. pause: seconds between two beginnings."""

    def __init__(self, pause: float) -> None:
        self.left: list[str] = []
        self._pause = pause
        self._began = BEGINNING

    def is_due(self, now: Now) -> bool:
        """Whether the last round is through, and was begun long enough ago."""
        return not self.left and now.awake - self._began >= self._pause

    def begin(self, now: Now, agents: Iterable[str]) -> None:
        """Begins another one over these agents."""
        self.left, self._began = list(agents), now.awake


class OutputCounts:
    """Two rounds: over agents that declare outputs, and over those that declare none and may loop."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._declared = _Round(OUTPUTS_S)
        self._others = _Round(MADE_S)

    def look(self, agents: Mapping[str, TrackedAgent], now: Now, *, everything: bool) -> set[str]:
        """Counts as much as fits into a scan, one agent at least. Returns the ids of those for whom that is new."""
        if everything or self._declared.is_due(now):
            self._declared.begin(now, (known for known, each in agents.items() if _declares(each) or _names_some(each)))
        if everything or self._others.is_due(now):
            self._others.begin(now, (known for known, each in agents.items() if self._may_loop(each, now)))
        changed = self._go_on(self._declared.left, agents, now, self._outputs, everything=everything)
        return changed | self._go_on(self._others.left, agents, now, self._made, everything=everything)

    def _go_on(
        self, left: list[str], agents: Mapping[str, TrackedAgent], now: Now, count: Count, *, everything: bool
    ) -> set[str]:
        until = time.perf_counter() + BUDGET_S
        changed: set[str] = set()
        while left:
            agent = agents.get(left.pop())
            if agent is not None and _runs(agent) and (_observe(agent, count, now) | self._find_named(agent)):
                changed.add(agent.id)
            if not everything and time.perf_counter() > until:
                break
        return changed

    def _may_loop(self, agent: TrackedAgent, now: Now) -> bool:
        if not _runs(agent) or _declares(agent) or agent.record is None or agent.files is None:
            return False
        return is_in_question(agent.record, agent.files.progress, now, self._home.policy)

    def _find_named(self, agent: TrackedAgent) -> bool:
        """Looks for the outputs that its results name: it is done by its own word, and has not ended yet."""
        named = agent.files.results.outputs if agent.files is not None else ()
        before, agent.missing = agent.missing, missing_outputs(self._home.layout, agent.id, agent.spec, named)
        return agent.missing != before

    def _outputs(self, agent: TrackedAgent, record: Record, spec: AgentSpec, contents: Contents) -> Counted | None:
        if not spec.outputs:
            return None
        counted = outputs_of(self._home.layout, agent.id, spec, record.spawned_at, contents)
        agent.telling_outputs = counted.telling
        return counted

    def _made(self, agent: TrackedAgent, record: Record, spec: AgentSpec, contents: Contents) -> Counted:
        return made_by(self._home.layout, agent.id, spec, record.spawned_at, contents)


def _observe(agent: TrackedAgent, count: Count, now: Now) -> bool:
    record, spec, before = agent.record, agent.spec, agent.observed
    if record is None or spec is None or before is None:
        return False
    if agent.contents is None:
        agent.contents = Contents()
    counted = count(agent, record, spec, agent.contents)
    if counted is None:
        return False
    seen = agent.counted_at if agent.counted_at > BEGINNING else before.seen
    agent.counted_at = now.awake
    if counted.cut and not spec.outputs:  # too much to look at: nothing is concluded from a part
        agent.observed = replace(before, outputs=0, outputs_key="")
    else:
        first = not were_counted(before)
        agent.observed = observe_outputs(before, counted, now, first=first, born=record.spawned, seen=seen)
    return agent.observed != before


def _runs(agent: TrackedAgent) -> bool:
    return agent.record is not None and agent.record.phase is Phase.RUNNING and agent.spec is not None


def _declares(agent: TrackedAgent) -> bool:
    return _runs(agent) and agent.spec is not None and bool(agent.spec.outputs)


def _names_some(agent: TrackedAgent) -> bool:
    """Its results name outputs that have to be there."""
    return _runs(agent) and agent.files is not None and bool(agent.files.results.outputs or agent.missing)
