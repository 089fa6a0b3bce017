"""Which strays a heartbeat ends, where the policy says so: those of which the one before it warned (failure 6)."""

from collections.abc import Iterator

from swarm.config.policy import Policy
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action
from swarm.model.snapshot import Snapshot


def due_strays(snapshot: Snapshot, policy: Policy) -> Iterator[Action]:
    """The strays that are due; none under `then = "alert"`, or where kills are off.

    Each was seen by an earlier heartbeat, whose alert was the warning. One whose alert the operator acknowledged lives
    on: a person has looked at it.
    """
    if policy.strays.then == "alert" or not policy.heartbeat.kill:
        return
    warned = {alert.agent for alert in snapshot.alerts if alert.cause is AlertCause.STRAY and alert.acked_at is None}
    for view in snapshot.agents:
        if view.stray is not None and view.id in warned:
            why = f"not spawned through the engine: {view.stray.command}"
            yield Action(ActionKind.END_STRAY, view.id, "", why, AlertCause.STRAY)
