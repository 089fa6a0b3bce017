"""The verdict on every agent of a snapshot: apart from the plan, because whoever only looks needs no plan."""

from swarm.config.policy import Policy
from swarm.model.health import Verdict
from swarm.model.snapshot import Snapshot
from swarm.model.time import Now
from swarm.rules.health import verdict


def verdicts(snapshot: Snapshot, policy: Policy, now: Now) -> dict[str, Verdict]:
    """The verdict on every agent of a snapshot, by id."""
    queue = frozenset(snapshot.queue)
    n, at = snapshot.heartbeat_n, snapshot.heartbeat_last_at
    return {
        view.id: verdict(view, now, policy, heartbeat_n=n, queued=view.id in queue, beat_at=at)
        for view in snapshot.agents
    }
