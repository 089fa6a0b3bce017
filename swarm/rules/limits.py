"""What agents and the swarm may use up: how near they are, what is said of it, and who is ended for it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.config.spending_policy import Limit
from swarm.formatting import plural
from swarm.model.actor import ENGINE
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.plan import Action
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.costs import Spent, is_unpriced
from swarm.rules.kills import Due

_SPARED = frozenset({Health.HELD, Health.PAUSED})
_RUNNING, _VALID = Phase.RUNNING, ResultsState.VALID


class LimitUse(NamedTuple):
    """How much of a limit is used up. share: 1 and more where all of it is."""

    share: float
    limit: str
    """`limit of $5`, `turn's limit of $2`."""
    used: str
    """`$4.10`, `1.6M tokens`."""
    verb: str = "is"
    """`are`, of tokens."""

    @property
    def over(self) -> str:
        """That it is used up, in words."""
        return f"its {self.limit} is used up: {self.used}"

    @property
    def near(self) -> str:
        """How near it is, in words."""
        return f"{self.used} of its {self.limit} {self.verb} used"


def nearest_limit(view: AgentView, policy: Policy) -> LimitUse | None:
    """The limit that this agent is nearest to; None where it has none, or nothing is known of what it uses."""
    limit = limit_of(view, policy)
    uses = []
    if limit.cost_usd is not None and view.cost_usd is not None:
        cost = _own_cost(view, policy)
        whose = "turn's limit" if view.id == policy.root.id else "limit"
        uses.append(LimitUse(cost / limit.cost_usd, f"{whose} of {dollars(limit.cost_usd)}", dollars(cost)))
    if limit.tokens is not None and view.tokens is not None:
        total = view.tokens.total
        uses.append(
            LimitUse(total / limit.tokens, f"limit of {many(limit.tokens)} tokens", f"{many(total)} tokens", "are")
        )
    return max(uses, default=None)


def limit_of(view: AgentView, policy: Policy) -> Limit:
    """What this agent may use up: by its role, in its life; the root in one turn."""
    if view.id == policy.root.id:
        return Limit(cost_usd=policy.root.cost_usd)
    return limit_for(view.role, view.record.requested_by if view.record is not None else "", policy)


def limit_for(role: str, requested_by: str, policy: Policy) -> Limit:
    """What an agent of this role may use up in its life, that this actor asked for."""
    if role in policy.schedule and requested_by == str(ENGINE):
        return scheduled_limit(role, policy)
    return policy.limits.roles.get(role, Limit())


def scheduled_limit(role: str, policy: Policy) -> Limit:
    """What an agent of this role may use up that the schedule spawned: nobody asked for it."""
    return policy.limits.roles.get(role, policy.limits.scheduled)


def nearest_limit_of_swarm(used: Spent, policy: Policy) -> LimitUse | None:
    """The limit of 24 hours that the swarm is nearest to; None where it has none."""
    limits, uses = policy.limits, []
    if limits.cost_usd is not None:
        words = f"limit of {dollars(limits.cost_usd)} in 24 hours"
        uses.append(LimitUse(used.cost_24h / limits.cost_usd, words, dollars(used.cost_24h)))
    if limits.tokens is not None:
        words = f"limit of {many(limits.tokens)} tokens in 24 hours"
        uses.append(LimitUse(used.tokens_24h / limits.tokens, words, f"{many(used.tokens_24h)} tokens", "are"))
    return max(uses, default=None)


def in_play(view: AgentView) -> bool:
    """It runs as an agent of ours, and has not reported yet."""
    record = view.record
    if record is None or record.phase is not _RUNNING or view.exit is not None or record.id != view.id:
        return False
    return view.results.state is not _VALID or view.parent is None  # the root never reports


def agents_in_play(snapshot: Snapshot) -> list[AgentView]:
    """The agents of a snapshot that are in play: what limits are about. Most of a month's home has ended."""
    return [view for view in snapshot.agents if in_play(view)]


def swarm_over(used: Spent, policy: Policy) -> str:
    """That the swarm has used up what it may, in words; '' where it has not."""
    use = nearest_limit_of_swarm(used, policy)
    return f"the swarm: {use.over}" if use is not None and use.share >= 1 else ""


def due_for_limits(
    playing: Sequence[AgentView], judged: Mapping[str, Verdict], policy: Policy, swarm: str
) -> tuple[dict[str, Due], dict[str, str]]:
    """Who is to be ended for a limit, and of whom it is only said: the operator holds or paused it, or ends by hand.

    playing: of `agents_in_play`. swarm: what `swarm_over` says; where it is over, every agent is due whose use is
    known.
    """
    due: dict[str, Due] = {}
    spared: dict[str, str] = {}
    over = {view.id: use.over for view, use in _uses(playing, policy) if use.share >= 1}
    for view in playing if over or swarm else ():
        why = over.get(view.id) or (swarm if _tells(view) else "")
        if not why:
            continue
        state = judged[view.id].state
        if state in _SPARED:
            spared[view.id] = f"{why}; it is {state}, so it is not ended"
        elif not policy.heartbeat.kill and view.id != policy.root.id:
            spared[view.id] = f"{why}; automatic kills are off, so it is not ended"
        else:
            due[view.id] = Due(why, AlertCause.LIMIT)
    return due, spared


def limit_alerts(
    playing: Sequence[AgentView], used: Spent, policy: Policy, spared: Mapping[str, str]
) -> Iterator[Action]:
    """The alerts about limits: near ones, used up ones of agents that live on, unknown prices."""
    use = nearest_limit_of_swarm(used, policy)
    if use is not None and use.share >= 1:
        text = f"the swarm: {use.over}; its agents are ended, and nothing is spawned until there is room again"
        yield Action(ActionKind.ALERT, "", "", text, AlertCause.SWARM_LIMIT)
    elif use is not None and use.share >= policy.limits.warn:
        yield Action(ActionKind.ALERT, "", "", f"the swarm: {use.near}", AlertCause.LIMIT_NEAR)
    near = {view.id: own.near for view, own in _uses(playing, policy) if policy.limits.warn <= own.share < 1}
    said = {**near, **spared}
    for view in playing if said else ():
        if view.id in said:
            yield Action(ActionKind.ALERT, view.id, view.spawn_id, said[view.id], AlertCause.LIMIT_NEAR)
    yield from unpriced_alerts(playing, policy)


def unpriced_alerts(playing: Sequence[AgentView], policy: Policy) -> Iterator[Action]:
    """One alert for all of them: a limit in dollars does not hold for whom no price is known."""
    limited = playing
    if policy.limits.cost_usd is None:
        limited = [view for view in _limited(playing, policy) if limit_of(view, policy).cost_usd is not None]
    found = [view for view in limited if is_unpriced(view)]
    if found:
        names = ", ".join(view.id for view in found[:3]) + (" and others" if len(found) > 3 else "")
        text = (
            f"no price is known for {plural(len(found), 'agent')} ({names}): limits in dollars do not hold for them; "
            "limits in tokens do, and [prices.MODEL] in swarm.toml names a price"
        )
        yield Action(ActionKind.ALERT, "", "", text, AlertCause.PRICE_UNKNOWN)


def _limited(playing: Sequence[AgentView], policy: Policy) -> list[AgentView]:
    """Those of them that may have a limit of their own."""
    roles = {*policy.limits.roles, *policy.schedule}
    return [view for view in playing if view.role in roles or view.id == policy.root.id]


def _uses(playing: Sequence[AgentView], policy: Policy) -> Iterator[tuple[AgentView, LimitUse]]:
    for view in _limited(playing, policy):
        if (use := nearest_limit(view, policy)) is not None:
            yield view, use


def _tells(view: AgentView) -> bool:
    return view.activity is not None or view.tokens is not None


def _own_cost(view: AgentView, policy: Policy) -> float:
    """What counts against its limit: of the root, what its turn added to what its record had before."""
    cost = view.cost_usd or 0.0
    before = view.record.cost_usd if view.id == policy.root.id and view.record is not None else None
    return max(0.0, cost - (before or 0.0))


def dollars(amount: float) -> str:
    """`$5`, `$4.10`, `$0.0023`."""
    if 0 < amount < 0.01:
        return f"${amount:.4f}"
    return f"${amount:.0f}" if amount == int(amount) else f"${amount:.2f}"


def many(count: int) -> str:
    """`900`, `12k`, `1.6M`."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            value = count / size
            return f"{value:.0f}{letter}" if value >= 100 else f"{value:.1f}".removesuffix(".0") + letter
    return str(count)
