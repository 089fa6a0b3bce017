"""Which agents end because an order to their reader was found in their texts, where the policy says so (failure 7)."""

from collections.abc import Mapping

from swarm.config.policy import Policy
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.kills import Due
from swarm.rules.limits import in_play

_SPARED = (Health.HELD, Health.PAUSED)


def due_for_injection(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy) -> dict[str, Due]:
    """The agents that are due, with the text that was found; none under `then = "alert"`, or where kills are off.

    The root, and whom the operator holds or has paused, live on; so does an agent whose alert the operator
    acknowledged: a person has looked at its texts.
    """
    if policy.injection.then == "alert" or not policy.heartbeat.kill:
        return {}
    judged_by_people = {
        (alert.agent, alert.spawn_id)
        for alert in snapshot.alerts
        if alert.cause is AlertCause.INJECTION and alert.acked_at is not None
    }
    return {
        view.id: Due(why, AlertCause.INJECTION)
        for view in snapshot.agents
        if view.id != policy.root.id
        and in_play(view)
        and judged[view.id].state not in _SPARED
        and (view.id, view.spawn_id) not in judged_by_people
        and (why := _found(view))
    }


def _found(view: AgentView) -> str:
    texts = [problem.text for problem in view.problems if problem.code is ProblemCode.INJECTION]
    return texts[-1] if texts else ""
