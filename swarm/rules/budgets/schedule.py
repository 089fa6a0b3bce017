"""Roles that heartbeats spawn by themselves: whose turn it is, what for, and what that costs at most. Pure."""

from collections.abc import Iterator

from swarm.config.policy import Policy
from swarm.config.spending_policy import Limit
from swarm.formatting import spell_duration
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.budgets.slot_tree import SlotTree, supposed
from swarm.rules.budgets.slots import refusal
from swarm.rules.budgets.spawns import SpawnPause
from swarm.rules.limits import dollars, many, scheduled_limit
from swarm.rules.outage import waits

DAY_S = 86_400.0
_OVER = (Phase.ENDED, Phase.IDLE)
CANNOT_RUN = "it cannot run at all"
_UNPAID = "command"
"""The program that runs what swarm.toml says: without words of its own it runs nothing."""


def scheduled(
    snapshot: Snapshot, policy: Policy, slot_tree: SlotTree, n: int, wait: SpawnPause | None = None
) -> Iterator[Action]:
    """Roles whose turn it is, or that are due still, and of which none lives or waits ([schedule]).

    A role that finds no room, or is held up, stays due until it has run, once. It is not due where nothing has happened
    since its last run, and is held up while an agent waits for its service: it would be spent for nothing. One that has
    no room in an empty swarm either cannot run at all: that is said, and it is due no more.
    """
    late = snapshot.schedule_due
    due = [role for role, every in policy.schedule.items() if n % every == 0 or role in late]
    if not due:
        return
    busy = {record.role for record in slot_tree.records.values() if record.phase not in _OVER}
    taken = {view.id for view in snapshot.agents}
    for role in due:
        if role in busy:
            continue
        agent = _fresh_id(policy.root.id, role, taken)
        if not _has_happened(snapshot, policy, role):
            yield Action(ActionKind.SKIP, agent, "", "nothing has happened since its last run", role=role)
            continue
        if why := _held_up(snapshot, wait):
            yield Action(ActionKind.SKIP, agent, "", why, role=role, put_off=True)
            continue
        size = policy.slots.for_role(role)
        never = refusal(SlotTree({}, policy.root.id), policy, parent=None, agent_id=agent, slots=size, role=role)
        if never is not None:
            text = f"{CANNOT_RUN}: {never.title} {never.detail}"
            yield Action(ActionKind.SKIP, agent, "", text, role=role)
            yield Action(ActionKind.ALERT, "", "", f"[schedule] {role}: {text}", AlertCause.SCHEDULE)
            continue
        no = refusal(slot_tree, policy, parent=policy.root.id, agent_id=agent, slots=size, role=role)
        if no is not None:
            yield Action(ActionKind.SKIP, agent, "", f"{no.title} {no.detail}", role=role, put_off=True)
            continue
        slot_tree.put(supposed(agent, Phase.SPAWNING, role=role, parent=policy.root.id, slots=size))
        turn = f"heartbeat {n}, every {policy.schedule[role]}"
        yield Action(
            ActionKind.SCHEDULE, agent, "", f"{'due since before' if role in late else 'its turn'}: {turn}", role=role
        )


def cost_words(policy: Policy) -> Iterator[str]:
    """What each scheduled role costs at most, in a sentence; none where the swarm runs no paid program by default."""
    settings = policy.programs.get(policy.spawn.program)
    if policy.spawn.program == _UNPAID and not (settings and settings.argv):
        return
    for role, every in policy.schedule.items():
        pause = every * policy.heartbeat.period
        limit = scheduled_limit(role, policy)
        yield (
            f"[schedule] is on: {policy.spawn.program} runs as {role} every {spell_duration(pause)} in which something "
            f"happened, {_bounds(limit, DAY_S / pause)}. An empty [schedule] in swarm.toml turns it off."
        )


def _bounds(limit: Limit, times: float) -> str:
    """`at most $1 a run and $32 a day`."""
    if limit.cost_usd is not None:
        return f"at most {dollars(limit.cost_usd)} a run and {dollars(round(limit.cost_usd * times, 2))} a day"
    if limit.tokens is not None:
        return f"at most {many(limit.tokens)} tokens a run and {many(round(limit.tokens * times))} a day"
    return "without a limit of its own"


def _held_up(snapshot: Snapshot, wait: SpawnPause | None) -> str:
    """Why no role of the schedule is started now; '' where they are."""
    if wait is not None:
        return wait.text
    waiting = [view for view in snapshot.agents if view.record is not None and view.record.waiting is not None]
    return "an agent waits for its service" if any(waits(view) is not None for view in waiting) else ""


def _has_happened(snapshot: Snapshot, policy: Policy, role: str) -> bool:
    """Whether an agent that is no observer of the schedule has come, worked or ended since the role last began."""
    runs = [view.record.spawned for view in snapshot.agents if view.role == role and view.record is not None]
    last = max(runs, default=float("-inf"))
    observed = (view for view in snapshot.agents if view.id != policy.root.id and view.role not in policy.schedule)
    return any(_last_seen(view) > last for view in observed)


def _last_seen(view: AgentView) -> float:
    """Awake seconds at which it last came, reported, put out or ended; -inf where it is but waiting for a slot."""
    record = view.record
    if record is not None and record.phase is Phase.QUEUED:
        return float("-inf")
    times = [view.observed.changed, view.observed.outputs_changed]
    if record is not None:
        times += [record.spawned, record.ended or 0.0]
    return max(times)


def _fresh_id(root: str, role: str, taken: set[str]) -> str:
    number = 1
    while f"{root}/{role}-{number:02d}" in taken:
        number += 1
    return f"{root}/{role}-{number:02d}"
