"""Which agents end for what a scan found of them, where the policy says so (failures 2, 4, 5, 7 and 10)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from swarm.config.policy import Policy, Then
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.kills import Due
from swarm.rules.limits import in_play

_SPARED = (Health.HELD, Health.PAUSED)


class _Rule(NamedTuple):
    """then: what the policy says. at_once: not only when the alert of an earlier heartbeat, and its warning, stand."""

    then: Callable[[Policy], Then]
    at_once: bool = False


_RULES: Mapping[ProblemCode, _Rule] = {
    ProblemCode.INPUT: _Rule(lambda policy: policy.inputs.then),
    ProblemCode.TIER: _Rule(lambda policy: policy.models.then),
    ProblemCode.ROLE_UNREAD: _Rule(lambda policy: policy.roles.then),
    ProblemCode.INJECTION: _Rule(lambda policy: policy.injection.then, at_once=True),
    ProblemCode.TRESPASS: _Rule(lambda policy: _ended_for_scope(policy), at_once=True),
    ProblemCode.OUTSIDE: _Rule(lambda policy: _ended_for_scope(policy), at_once=True),
}
CAUSES = frozenset(AlertCause(code.value) for code in _RULES)
"""What agents are ended for."""


def _ended_for_scope(policy: Policy) -> Then:
    """Whom the policy freezes lives on."""
    return "stop" if policy.scope.then == "stop" else "alert"


def then_of(cause: AlertCause | None, policy: Policy) -> Then:
    """What the policy says of one of CAUSES."""
    return next(rule.then(policy) for code, rule in _RULES.items() if code.value == cause)


def due_for_problems(
    snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy, *, between: bool = False
) -> dict[str, Due]:
    """The agents that are due, with what was found; none under `then = "alert"`, or where kills are off.

    between: two heartbeats: then only for what cannot wait. All else ends an agent that was told at an earlier
    heartbeat, when it is as it was. The root, and whom the operator holds or has paused, live on; so does an agent
    whose alert the operator acknowledged: a person has looked at it.
    """
    rules = {
        code: rule
        for code, rule in _RULES.items()
        if rule.then(policy) != "alert" and (rule.at_once or not between) and policy.heartbeat.kill
    }
    if not rules:
        return {}
    raised = {(alert.agent, alert.spawn_id, alert.cause): alert.acked_at is not None for alert in snapshot.alerts}
    found: dict[str, Due] = {}
    for view in snapshot.agents:
        if view.id == policy.root.id or not in_play(view) or judged[view.id].state in _SPARED:
            continue
        for code, rule in rules.items():
            why, cause = _text(view, code), AlertCause(code.value)
            seen = raised.get((view.id, view.spawn_id, cause))
            if why and not seen and (rule.at_once or seen is not None):
                found[view.id] = Due(why, cause)
    return found


def _text(view: AgentView, code: ProblemCode) -> str:
    """The last one of several is the one that the alert quotes."""
    texts = [problem.text for problem in view.problems if problem.code is code]
    return texts[-1] if texts else ""
