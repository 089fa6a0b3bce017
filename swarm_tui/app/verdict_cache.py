"""Keeps the verdicts of all agents: asks again for those that changed or are in sight, and for the rest in turn."""

from collections.abc import Collection, Iterable

from swarm.config.policy import Policy
from swarm.model.health import Verdict
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.rules.health import verdict
from widgets.tree_order import changed_places
from widgets.verdict_words import look_alike

OLDEST_S = 10.0
"""No verdict on a living agent is older than so many awake seconds; out of sight they are asked again in turn."""
OLDER_SHARE, OLDER_S = 0.125, 60.0
"""Of one that has been silent for long it may be older, by a part of its age, and at most so many seconds: there its
age is shown in minutes."""
OLDEST_ENDED_S = 600.0
"""The same for one that has ended: nothing of it changes but how long ago that was, which is worked out where shown."""


class VerdictCache:
    """The newest verdict of every agent. `health` gives them; this remembers which of them are due.

    A state is never late, because a verdict says when the next one comes; only ages that are out of sight may be. A
    verdict that looks like the one before stays the same object, so that nothing is drawn for it; `judge` gives the
    exact one, for where its countdown runs.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._agents: tuple[AgentView, ...] = ()
        self._place: dict[str, int] = {}
        self._due: list[float] = []
        """By place: awake seconds at which it is asked again, in sight or not."""
        self._verdicts: dict[str, Verdict] = {}
        self._heartbeat_n = -1
        self._beat_at: float | None = None

    def update(self, snapshot: Snapshot, now: Now) -> dict[str, Verdict]:
        """The verdicts of a newer snapshot. Views that are the same objects keep theirs until `tick`."""
        if snapshot.heartbeat_n != self._heartbeat_n:
            return self.tick(snapshot, now)
        return self._ask(self._take(snapshot.agents), now)

    def tick(self, snapshot: Snapshot, now: Now, in_sight: Collection[str] | None = None) -> dict[str, Verdict]:
        """The verdicts of the same snapshot, later. in_sight: ids whose age is shown, and is never late; None for all.

        The same mapping as before where none of them looks different.
        """
        all_agents = in_sight is None or snapshot.heartbeat_n != self._heartbeat_n
        self._heartbeat_n, self._beat_at = snapshot.heartbeat_n, snapshot.heartbeat_last_at
        changed = self._take(snapshot.agents)
        if all_agents or in_sight is None:
            return self._ask(range(len(self._agents)), now)
        due = (place for place, at in enumerate(self._due) if at <= now.awake)
        seen = (self._place[agent_id] for agent_id in in_sight if agent_id in self._place)
        return self._ask({*changed, *due, *seen}, now)

    def _take(self, agents: tuple[AgentView, ...]) -> Collection[int]:
        """Takes the agents over; returns the places of those that changed."""
        old = self._agents
        if len(old) == len(agents):
            changed = changed_places(old, agents)
            if all(old[place].id == agents[place].id for place in changed):
                self._agents = agents
                return changed
        held = {view.id: (view, due) for view, due in zip(old, self._due, strict=True)}
        unknown = (None, 0.0)
        kept = [held.get(view.id, unknown) for view in agents]
        self._agents, self._due = agents, [due for _, due in kept]
        self._place = {view.id: place for place, view in enumerate(agents)}
        self._verdicts = {known: said for known, said in self._verdicts.items() if known in self._place}
        return [place for place, (view, _) in enumerate(kept) if view is not agents[place]]

    def judge(self, view: AgentView, now: Now) -> Verdict:
        """The verdict on one agent, as of the heartbeat that was heard of last."""
        return verdict(
            view,
            now,
            self._policy,
            heartbeat_n=self._heartbeat_n,
            queued=view.record is not None and view.record.phase is Phase.QUEUED,
            beat_at=self._beat_at,
        )

    def _ask(self, places: Iterable[int], now: Now) -> dict[str, Verdict]:
        known = self._verdicts
        fresh: dict[str, Verdict] = {}
        for place in places:
            view = self._agents[place]
            said, before = self.judge(view, now), known.get(view.id)
            if before is None or not look_alike(before, said):
                fresh[view.id] = said
            ended = view.record is not None and view.record.phase is Phase.ENDED
            oldest = OLDEST_ENDED_S if ended else OLDEST_S + min(OLDER_SHARE * (said.age or 0.0), OLDER_S)
            wait = oldest - 1 - place % (oldest // 2)  # not all in the same tick
            self._due[place] = now.awake + (wait if said.in_seconds is None else min(wait, said.in_seconds))
        if fresh:
            self._verdicts = {**known, **fresh}  # callers may still compare the verdicts that they got last
        return self._verdicts
