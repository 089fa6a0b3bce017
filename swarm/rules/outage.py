"""A model service that refuses the whole swarm, told from one agent's trouble with it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from swarm.config.policy import Policy
from swarm.formatting import plural, spell_clock, spell_duration
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase, Record
from swarm.model.service import Waiting
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.rules.limits import in_play
from swarm.rules.service_wait import DAY_S, is_given_up, refusal_of

AT_LEAST = 2
"""Refused agents that make an outage, where the trouble may be one agent's alone."""
_WAITING = Health.WAITING


def outage(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy, now: Now) -> str:
    """That the model service refuses so many of the agents that the swarm has to wait; '' where it does not.

    Counted are agents that wait for their service, the root's next turn with them, and running ones whose program tells
    what it does. At least two of them have to be refused; one, where the trouble is the account's. Who was taken up is
    refused until its model has answered: a try is not the end of an outage.
    """
    telling = [view for view in snapshot.agents if _tells(view, judged[view.id])]
    refused = [view for view in telling if is_refused(view, judged[view.id])]
    if not _is_outage(len(refused), len(telling), policy, shared=any(_is_shared(view) for view in refused)):
        return ""
    waiting = [each for view in refused if (each := waits(view)) is not None]
    reasons = [_reason(view, judged[view.id]) for view in refused]
    met = [each for view in refused if (each := waits(view) or on_trial(view)) is not None]
    return _words(reasons, len(telling), _since(snapshot, met, now), waiting, now)


def outage_in_ledger(records: Sequence[Record], policy: Policy, now: Now) -> str:
    """The same by the ledger alone: at the moment at which an agent begins to wait no scan has looked yet."""
    waiting = [each.waiting for each in records if each.phase is Phase.WAITING and each.waiting is not None]
    running = sum(each.phase is Phase.RUNNING and each.id != policy.root.id for each in records)
    if not _is_outage(
        len(waiting), len(waiting) + running, policy, shared=any(each.trouble.is_shared for each in waiting)
    ):
        return ""
    since = min(each.since_at for each in waiting)
    return _words([each.why for each in waiting], len(waiting) + running, since, waiting, now)


def _is_outage(refused: int, telling: int, policy: Policy, *, shared: bool) -> bool:
    """shared: one of the troubles is the account's, so that no other agent fares better."""
    return refused >= (1 if shared else AT_LEAST) and refused >= policy.service.pause_share * telling


def _words(reasons: Sequence[str], telling: int, since: float, waiting: Sequence[Waiting], now: Now) -> str:
    """`model service refuses: 3 of 4 agents, since 21:53: the reason that most name; next try at 23:53`."""
    reason, _ = Counter(reasons).most_common(1)[0]
    began = spell_clock(since, now.wall)
    words = f"model service refuses: {len(reasons)} of {plural(telling, 'agent')}, since {began}: {reason}"
    times = [each.next_at for each in waiting if each.next_at is not None]
    if not times:
        return words
    first = min(times)
    return f"{words}; next try at {spell_clock(first, first if first - now.wall < DAY_S else now.wall)}"


def given_up(snapshot: Snapshot, policy: Policy) -> str:
    """That agents are not taken up by themselves any more, in words; '' where there are none."""
    waiting = [view for view in snapshot.agents if view.record is not None and view.record.waiting is not None]
    over = [view for view in waiting if _is_given_up(view)]
    if not over:
        return ""
    names = ", ".join(view.id for view in over[:3]) + (" and others" if len(over) > 3 else "")
    patience = spell_duration(policy.service.give_up_after)
    return (
        f"{plural(len(over), 'agent')} ({names}) met with trouble of the service for {patience}, and wait for you: "
        "resume them where it is over, respawn or kill them"
    )


def is_refused(view: AgentView, verdict: Verdict) -> bool:
    """Its program says that its model service refuses or does not answer, or has ended for that."""
    if verdict.state in (Health.RETRYING, Health.WAITING) or (waits(view) or on_trial(view)) is not None:
        return True
    return refusal_of(view.activity) is not None or (verdict.state is Health.HELD and bool(view.retrying))


def waits(view: AgentView) -> Waiting | None:
    """How this agent waits for its service, or the root for its next turn; None where it does not wait."""
    record = view.record
    if record is None or record.waiting is None or record.id != view.id:
        return None
    return record.waiting if record.phase in (Phase.WAITING, Phase.IDLE) else None


def on_trial(view: AgentView) -> Waiting | None:
    """How this agent had waited, where it was taken up since and its model has not answered yet; else None."""
    record = view.record
    started = record is not None and record.id == view.id and record.phase in (Phase.SPAWNING, Phase.RUNNING)
    answered = view.activity is not None and view.activity.answered
    return record.waiting if record is not None and started and not answered else None


def _tells(view: AgentView, verdict: Verdict) -> bool:
    if view.activity is None and verdict.state is not _WAITING and (view.record is None or view.record.waiting is None):
        return False  # most: asked of every agent, each few seconds
    if verdict.state is Health.WAITING or (waits(view) or on_trial(view)) is not None:
        return True
    return in_play(view) and view.activity is not None


def _is_shared(view: AgentView) -> bool:
    waiting, refused = waits(view) or on_trial(view), refusal_of(view.activity)
    troubles = (waiting.trouble if waiting is not None else None, refused.trouble if refused is not None else None)
    return any(trouble is not None and trouble.is_shared for trouble in troubles)


def _is_given_up(view: AgentView) -> bool:
    record = view.record
    return record is not None and is_given_up(record.waiting) and record.phase is Phase.WAITING


def _reason(view: AgentView, verdict: Verdict) -> str:
    waiting, refused = waits(view) or on_trial(view), refusal_of(view.activity)
    if waiting is not None:
        return waiting.why
    return (refused.why if refused is not None else "") or view.retrying or verdict.why


def _since(snapshot: Snapshot, met: Sequence[Waiting], now: Now) -> float:
    """Wall seconds at which it was first said, or met."""
    known = [alert.first_at for alert in snapshot.alerts if not alert.agent and alert.cause is AlertCause.SERVICE]
    return min(known or [each.since_at for each in met], default=now.wall)
