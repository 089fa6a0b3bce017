"""Who is started by a heartbeat beside the schedule: the queue in its order, the root; as far as there is room."""

from collections.abc import Iterator
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.errors import Code
from swarm.formatting import spell_duration
from swarm.model.agent import Liveness
from swarm.model.beat import ActionKind
from swarm.model.plan import Action
from swarm.model.record import Phase, Record
from swarm.model.service import Waiting
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.protocol.names import parent_of
from swarm.rules.budgets.allocation import guarantee_left
from swarm.rules.budgets.slot_tree import TOP, SlotTree, as_if, supposed
from swarm.rules.budgets.slots import refusal
from swarm.rules.service_wait import is_due, is_given_up, next_words


class SpawnPause(NamedTuple):
    """Why the swarm starts no agent at all: LIMIT, SERVICE, FULL or POLICY."""

    delay: Code
    text: str


def queued(snapshot: Snapshot, policy: Policy, slot_tree: SlotTree, wait: SpawnPause | None = None) -> Iterator[Action]:
    """Queued spawns in order, without overtaking: where one has to wait, the later ones of its level wait with it.

    What is guaranteed to a role is no room for others: who has such slots left need not wait behind them.
    """
    views = {view.id: view for view in snapshot.agents} if snapshot.queue else {}
    full: dict[str, str] = {}
    for agent in snapshot.queue:
        record = _waiting(agent, views.get(agent))
        if wait is not None:
            yield Action(ActionKind.SKIP, agent, record.spawn_id, wait.text, delay=wait.delay)
            continue
        level = slot_tree.level(record.parent)
        if level in full and not (level == TOP and record.slots <= guarantee_left(slot_tree, policy, record.role)):
            yield Action(ActionKind.SKIP, agent, record.spawn_id, f"it waits behind {full[level]}", delay=Code.QUEUED)
            continue
        no = refusal(
            slot_tree,
            policy,
            parent=record.parent,
            agent_id=agent,
            slots=record.slots,
            role=record.role,
            use_reserve=record.reserve,
        )
        if no is not None:
            if no.code is not Code.ALLOCATION:  # one role has no slot left: the others need not wait for it
                full[level] = agent
            yield Action(ActionKind.SKIP, agent, record.spawn_id, f"{no.title} {no.detail}", delay=no.code)
            continue
        slot_tree.put(as_if(record, Phase.SPAWNING))
        yield Action(
            ActionKind.SPAWN, agent, record.spawn_id, "it waited for a slot, and there is one", role=record.role
        )


def _waiting(agent: str, view: AgentView | None) -> Record:
    """What is known of a queued spawn; the least there can be where a snapshot shows nothing of it."""
    if view is None:
        return supposed(agent, Phase.QUEUED, parent=parent_of(agent))
    if view.record is not None and view.record.phase is Phase.QUEUED:
        return view.record
    size = view.spec.slots if view.spec is not None else view.budget
    return supposed(agent, Phase.QUEUED, spawn_id=view.spawn_id, role=view.role, parent=view.parent, slots=size)


def woken(snapshot: Snapshot, policy: Policy, now: Now, n: int, wait: SpawnPause | None = None) -> Iterator[Action]:
    """The root's turn, where it is to have one at each heartbeat ([root] on). One at a time: a turn that goes on is
    left alone until it has taken longer than it may; then it is stopped, and another begins (TIMEOUT).
    """
    if not policy.root.on:
        return
    view = snapshot.agent(policy.root.id)
    spawn_id = view.spawn_id if view is not None else ""
    waiting = view.record.waiting if view is not None and view.record is not None else None
    if waiting is not None:
        wait = _unless_it_tries(wait, waiting, now)
    if wait is not None:
        yield Action(ActionKind.SKIP, policy.root.id, spawn_id, wait.text, delay=wait.delay)
    elif view is None or view.record is None or not in_turn(view, view.record):
        yield Action(ActionKind.WAKE, policy.root.id, spawn_id, f"its turn, with the digest of heartbeat {n}")
    elif view.record.taken_over:
        yield Action(
            ActionKind.SKIP,
            policy.root.id,
            spawn_id,
            f"{view.record.taken_over} talks to it in a terminal",
            delay=Code.TURN,
        )
    elif view.record.paused is not None:
        yield Action(ActionKind.SKIP, policy.root.id, spawn_id, "it is paused in the middle of a turn", delay=Code.TURN)
    elif takes_too_long(view.record, policy, now):
        allowed, taken = spell_duration(policy.root.timeout), spell_duration(turn_age(view.record, now))
        reason = f"its turn has taken {taken}, and {allowed} are allowed: it is stopped, and another begins"
        yield Action(ActionKind.WAKE, policy.root.id, spawn_id, reason, delay=Code.TIMEOUT)
    else:
        going = spell_duration(turn_age(view.record, now))
        yield Action(
            ActionKind.SKIP,
            policy.root.id,
            spawn_id,
            f"its last turn still goes on, for {going} by now",
            delay=Code.TURN,
        )


def _unless_it_tries(wait: SpawnPause | None, waiting: Waiting, now: Now) -> SpawnPause | None:
    """The pause for a root whose last turn met with trouble of the service: none at the time of its next try.

    It is never given up: a heartbeat is a pause of its own.
    """
    if not is_due(waiting, now) and not is_given_up(waiting):
        return SpawnPause(Code.SERVICE, f"its last turn met with trouble of the service; {next_words(waiting, now)}")
    return None if wait is not None and wait.delay is Code.SERVICE else wait


def in_turn(view: AgentView, record: Record) -> bool:
    """The root is being started, runs, or is being stopped."""
    if record.phase is Phase.RUNNING and not record.taken_over:
        return view.exit is None and view.liveness in (Liveness.ALIVE, Liveness.ELSEWHERE)
    return record.live


def turn_age(record: Record, now: Now) -> float:
    """Awake seconds that the root's turn has taken; what it was paused in it does not count."""
    until = now.awake if record.paused is None else record.paused
    return max(0.0, until - record.spawned - record.paused_total)


def takes_too_long(record: Record, policy: Policy, now: Now) -> bool:
    """The root's turn has taken longer than it may."""
    return turn_age(record, now) > policy.root.timeout
