"""The status of one agent's part of the swarm as text: its subtree, slots, unread results, alerts."""

from collections.abc import Mapping, Sequence

from swarm.api import Swarm
from swarm.formatting import plural, spell_duration
from swarm.injection.fence import tagged
from swarm.model.health import Verdict
from swarm.model.heart import Heart
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.budgets.allocation import words_of_kept
from swarm.rules.heart import heart
from swarm.rules.results.notices import readers
from swarm.sanitize import quoted

MAX_AGENTS = 100
MAX_ALERTS = 20


def status_text(swarm: Swarm, words: str = "") -> str:
    """All at or below one agent. words: which; '' for the calling agent, the operator sees all. Raises NotFound."""
    actor = swarm.home.actor
    centre = swarm.resolve(words) if words else actor.agent
    snapshot = swarm.snapshot()
    judged = swarm.verdicts(snapshot)
    below = [view for view in snapshot.agents if not centre or view.id.startswith(centre + "/")]
    own = snapshot.agent(centre) if centre else None
    lines = [_place(own, centre, mine=centre == actor.agent)] if centre else []
    lines += [_slots(snapshot), _beat(snapshot, heart(snapshot, swarm.home.policy, swarm.now()))]
    if swarm.home.policy_error is not None:
        lines.append(f"{swarm.home.policy_error} {swarm.home.policy_words}")
    if own is not None and centre != actor.agent:
        lines.append(_agent(own, judged[own.id]))
    lines.append(f"{plural(len(below), 'agent')} below{':' if below else '.'}")
    lines += [_agent(view, judged[view.id]) for view in _those_shown(below, judged)]
    if len(below) > MAX_AGENTS:
        lines.append(f"... and {len(below) - MAX_AGENTS} more")
    reader = actor.agent or centre
    of = readers({view.id: view.record for view in snapshot.agents if view.record is not None}, snapshot.root)
    unread = [view.id for view in below if _is_unread(view) and (not reader or of.get(view.id) == reader)]
    if unread:
        lines.append("Unread results, read them now: " + ", ".join(unread[:MAX_AGENTS]))
    return "\n".join([*lines, *_alerts(snapshot, centre)])


def _those_shown(below: Sequence[AgentView], judged: Mapping[str, Verdict]) -> list[AgentView]:
    """As many as are shown, in the order of the tree; where there are too many, ended ones are left out first."""
    if len(below) <= MAX_AGENTS:
        return list(below)
    shown = sorted(below, key=lambda view: (_is_over(view), judged[view.id].age or 0.0))[:MAX_AGENTS]
    kept = {view.id for view in shown}
    return [view for view in below if view.id in kept]


def _is_over(view: AgentView) -> bool:
    return view.record is not None and not view.record.holds_slot and not _is_unread(view)


def _place(own: AgentView | None, centre: str, *, mine: bool) -> str:
    if own is None:
        return f"{centre} is not in sight."
    who = f"You are {own.id}" if mine else own.id
    left = max(0, own.budget - own.used)
    return f"{who}, role {own.role}. Budget of the subtree: {plural(own.budget, 'slot')}, {own.used} used, {left} left."


def _slots(snapshot: Snapshot) -> str:
    slots = snapshot.slots
    kept = f", {words_of_kept(slots.kept)}" if slots.kept else ""
    sums = f"{slots.used} used, {slots.free} free{kept}, {slots.reserve} in reserve"
    return f"The swarm: {plural(slots.max, 'slot')}, {sums}."


def _beat(snapshot: Snapshot, heart: Heart) -> str:
    count = f"Heartbeat {snapshot.heartbeat_n}." if snapshot.heartbeat_n else "No heartbeat yet."
    if heart.stopped_s is None:
        return count
    return f"{count} HEART STOPPED {spell_duration(heart.stopped_s)} ago: {heart.why}."


def _agent(view: AgentView, verdict: Verdict) -> str:
    last = view.progress.last
    age = f", last line {spell_duration(verdict.age)} ago" if verdict.age is not None else ""
    said = f", says {tagged(last.sentence, quoted(last.sentence))}" if last is not None else ""
    outputs = f", {plural(view.observed.outputs, 'output')}" if view.spec is not None and view.spec.outputs else ""
    cost = f", ${view.cost_usd:.2f}" if view.cost_usd is not None else ""
    slots = f", {plural(view.budget, 'slot')}" if view.budget > 1 else ""
    return f"- {view.id} ({view.role}{slots}): {verdict.state.value}, {verdict.why}{age}{outputs}{cost}{said}"


def _is_unread(view: AgentView) -> bool:
    read = view.record is not None and view.record.read_at is not None
    return view.results.state is ResultsState.VALID and not read and view.record is not None


def _alerts(snapshot: Snapshot, centre: str) -> list[str]:
    ours = [
        alert
        for alert in snapshot.alerts
        if alert.acked_at is None
        and (not centre or alert.agent in ("", centre) or alert.agent.startswith(centre + "/"))
    ]
    return [f"Alert: {alert.agent or 'the swarm'}: {alert.cause}: {quoted(alert.text)}" for alert in ours[:MAX_ALERTS]]
