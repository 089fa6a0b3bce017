"""A model service that refuses the whole swarm, told from one agent's trouble with it. Pure."""

from collections import Counter
from collections.abc import Mapping

from swarm.config.policy import Policy
from swarm.formatting import spell_clock
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.rules.limits import in_play

AT_LEAST = 2


def outage(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy, now: Now) -> str:
    """That the model service refuses so many of the running agents that the swarm has to wait; '' where it does not.

    Only agents whose program tells what it does are counted, and at least two of them have to be refused.
    """
    telling = [view for view in snapshot.agents if in_play(view) and view.activity is not None]
    refused = [view for view in telling if is_refused(view, judged[view.id])]
    if len(refused) < AT_LEAST or len(refused) < policy.service.pause_share * len(telling):
        return ""
    reason, _ = Counter(_reason(view, judged[view.id]) for view in refused).most_common(1)[0]
    since = spell_clock(_since(snapshot, now), now.wall)
    return f"model service refuses: {len(refused)} of {len(telling)} agents, since {since}: {reason}"


def is_refused(view: AgentView, verdict: Verdict) -> bool:
    """Its program says that its model service refuses or does not answer."""
    return verdict.state is Health.RETRYING or (verdict.state is Health.HELD and bool(view.retrying))


def _reason(view: AgentView, verdict: Verdict) -> str:
    return view.retrying or verdict.why


def _since(snapshot: Snapshot, now: Now) -> float:
    """Wall seconds at which it was first said."""
    known = next((alert for alert in snapshot.alerts if not alert.agent and alert.cause is AlertCause.SERVICE), None)
    return known.first_at if known is not None else now.wall
