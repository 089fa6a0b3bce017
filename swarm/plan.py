"""The phases of a heartbeat as data: `plan(snapshot, policy, now) -> Plan`, pure. Executing it is another room."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from swarm.alerts import alerts_of, swarm_alerts
from swarm.books import Books
from swarm.budget import refusal, slots_of
from swarm.clock import Gap, Now
from swarm.health import is_archived, is_root, verdict
from swarm.layout import parent_of
from swarm.model import (
    Act,
    Action,
    AgentView,
    Ending,
    Liveness,
    Phase,
    Plan,
    Record,
    ResultsState,
    Snapshot,
    State,
    Verdict,
)
from swarm.policy import Policy
from swarm.wording import spell_duration

SCHEDULER_DOWN = "scheduler"
FIRST_BEAT = "first"
PERIODS_WITHOUT_BEAT = 2
_GAP_WORDS = {
    "suspended": "the machine slept {}",
    "jumped": "the machine was paused, or its clock set forward, by {}",
    "stepped-back": "the clock was set back by {}",
    "rebooted": "the machine was restarted, and off for {}",
    SCHEDULER_DOWN: "no heartbeat for {}",
    FIRST_BEAT: "the first heartbeat here; there are agents {} old",
}


_SILENT = (State.INVESTIGATE, State.OVERDUE)
_UNDER_WAY = (State.FRESH, State.STARTING, State.LATE, State.INVESTIGATE, State.LOOPING, State.QUEUED)


def plan(snapshot: Snapshot, policy: Policy, now: Now, *, gap: Gap | None = None, period: float | None = None) -> Plan:
    """What the next heartbeat does, in the order of its phases (protocol.md, A heartbeat).

    1. progress check: every agent's verdict, counted. 2. stuck detection: investigate once per silence; kill what is
    overdue, never after a gap. 3. results: check acceptance, collect, free what ended without results, alert. 4. slots,
    as they will be. 5. spawn: queued ones in order, then scheduled roles.

    gap: the hole in observed time that the clocks show; a scheduler that was down is found here. period: seconds
    between the heartbeats of whoever asks, where it is not the policy's. Nothing is touched; an executor must look
    again before it kills (two looks that agree) and reserve again before it spawns.
    """
    judged = verdicts(snapshot, policy, now)
    n = snapshot.heartbeat_n + 1
    hole = gap or _scheduler_gap(snapshot, PERIODS_WITHOUT_BEAT * (period or policy.heartbeat.period), now)
    words = _GAP_WORDS.get(hole.kind, hole.kind + " {}").format(spell_duration(hole.seconds)) if hole else ""
    books = _books(snapshot, policy)
    actions = [*_investigations(snapshot, judged)]
    kills = [] if hole else [*_kills(snapshot, judged)]
    actions += kills
    results = [*_results(snapshot, policy, judged, may_free=hole is None)]
    actions += results
    actions += _alerts(snapshot, policy, judged, books, words if hole and hole.kind != FIRST_BEAT else "")
    for action in (*kills, *results):
        _let_go(books, action)
    slots = slots_of(books, policy)
    actions += _queued(snapshot, policy, books)
    actions += _scheduled(snapshot, policy, books, n)
    counts = Counter(str(one.state) for one in judged.values())
    return Plan(n, tuple(actions), dict(counts), slots, words, hole.kind if hole else "")


def verdicts(snapshot: Snapshot, policy: Policy, now: Now) -> dict[str, Verdict]:
    """The verdict on every agent of a snapshot, by id."""
    queue = frozenset(snapshot.queue)
    n = snapshot.heartbeat_n
    return {view.id: verdict(view, now, policy, heartbeat_n=n, queued=view.id in queue) for view in snapshot.agents}


def untick(plan: Plan, keys: frozenset[str]) -> Plan:
    """The plan without the actions of these keys (`Action.key`), as a rehearsal leaves it."""
    return replace(plan, actions=tuple(action for action in plan.actions if action.key not in keys))


def _scheduler_gap(snapshot: Snapshot, limit: float, now: Now) -> Gap | None:
    """Nobody looked for longer than `limit` seconds, or never yet: what went on meanwhile cannot be told."""
    if snapshot.heartbeat_last is not None:
        down = now.awake - snapshot.heartbeat_last
        return Gap(SCHEDULER_DOWN, down) if down > limit else None
    spawned = (view.record.spawned for view in snapshot.agents if view.record is not None and view.record.live)
    oldest = min(spawned, default=now.awake)
    return Gap(FIRST_BEAT, now.awake - oldest) if now.awake - oldest > limit else None


def _books(snapshot: Snapshot, policy: Policy) -> Books:
    records = {view.id: view.record for view in snapshot.agents if view.record is not None}
    ghosts = Counter(view.parent or "" for view in snapshot.agents if view.ghost and view.record is None)
    return Books(records, policy.root.id, ghosts)


def _investigations(snapshot: Snapshot, judged: Mapping[str, Verdict]) -> Iterator[Action]:
    for view in snapshot.agents:
        if judged[view.id].state not in _SILENT or view.foreign:
            continue
        record = view.record
        if record is None or record.phase is Phase.STOPPING or record.investigated == view.observed.changed:
            continue
        yield Action(Act.INVESTIGATE, view.id, view.spawn_id, judged[view.id].why)


def _kills(snapshot: Snapshot, judged: Mapping[str, Verdict]) -> Iterator[Action]:
    """Whole subtrees, children first; who goes down with another is not named again.

    Where somebody below is held or paused, the operator has said that it shall live. So the one above it lives, too,
    and an alert says so (`kill-blocked`).
    """
    due = {agent for agent, one in judged.items() if one.kill_due}
    if not due:
        return
    children: dict[str, list[AgentView]] = {}
    for view in snapshot.agents:
        children.setdefault(view.parent or "", []).append(view)
    doomed: set[str] = set()
    for view in snapshot.agents:
        if view.id not in due or view.id in doomed:
            continue
        below = [one for one in _below(view.id, children) if one.record is not None and one.record.holds_slot]
        spared = next((one for one in below if judged[one.id].state in (State.HELD, State.PAUSED)), None)
        if spared is not None:
            reason = f"{judged[view.id].why}; not ended, for {spared.id} below it is {judged[spared.id].state}"
            yield Action(Act.ALERT, view.id, view.spawn_id, reason, "kill-blocked")
            continue
        gone = [one.id for one in below if not _has_results(one)]
        doomed.update(gone)
        yield Action(Act.KILL, view.id, view.spawn_id, judged[view.id].why, subtree=tuple(gone))


def _below(agent: str, children: Mapping[str, list[AgentView]]) -> list[AgentView]:
    """Everybody below an agent, children before their parents."""
    found = list(children.get(agent, ()))
    for view in found:
        found += children.get(view.id, ())
    return found[::-1]


def _has_results(view: AgentView) -> bool:
    return view.results.state is ResultsState.VALID


def _has_checks(view: AgentView) -> bool:
    return view.spec is not None and any(goal.check for goal in view.spec.acceptance)


def _results(snapshot: Snapshot, policy: Policy, judged: Mapping[str, Verdict], *, may_free: bool) -> Iterator[Action]:
    """Checks and collections of those who reported, releases of those who ended without a word."""
    for view in snapshot.agents:
        record, one = view.record, judged[view.id]
        if record is None or one.state in _UNDER_WAY or is_root(view, policy) or is_archived(view):
            continue
        if one.state in (State.DONE, State.FAILED) and _has_results(view):
            if one.state is State.DONE and record.checked_n is None and _has_checks(view):
                yield Action(Act.CHECK, view.id, view.spawn_id, "it says it is done")
            if record.collected_n is None:
                yield Action(Act.COLLECT, view.id, view.spawn_id, f"results.json says {view.results.status}")
        elif record.live and one.state in (State.FAILED, State.LOST, State.KILLED):
            yield Action(Act.FREE, view.id, view.spawn_id, one.why, str(Ending(one.state)))
        elif may_free and record.live and one.state is State.OVERDUE and view.liveness is Liveness.ELSEWHERE:
            # A restarted container cannot be looked into. Nobody is signalled; the slot comes free by the rule.
            yield Action(Act.FREE, view.id, view.spawn_id, one.why, str(Ending.LOST))


def _alerts(
    snapshot: Snapshot, policy: Policy, judged: Mapping[str, Verdict], books: Books, gap: str
) -> Iterator[Action]:
    yield from swarm_alerts(snapshot, books.committed(), gap)
    for view in snapshot.agents:
        yield from alerts_of(view, judged[view.id], policy, snapshot.heartbeat_n)


def _let_go(books: Books, action: Action) -> None:
    """Books what a kill, a collection or a release will free."""
    if action.act not in (Act.KILL, Act.COLLECT, Act.FREE):
        return
    for agent in (*action.subtree, action.agent):
        record = books.records.get(agent)
        if record is not None and record.live:
            books.book(replace(record, phase=Phase.ENDED))


def _queued(snapshot: Snapshot, policy: Policy, books: Books) -> Iterator[Action]:
    """Queued spawns in order. Nobody overtakes: where one has to wait, the later ones of its level wait with it."""
    views = {view.id: view for view in snapshot.agents} if snapshot.queue else {}
    full: dict[str, str] = {}
    for agent in snapshot.queue:
        record = _waiting(agent, views.get(agent))
        level = books.level(record.parent)
        if level in full:
            yield Action(Act.SKIP, agent, record.spawn_id, f"it waits behind {full[level]}", "queued")
            continue
        no = refusal(
            books, policy, parent=record.parent, agent_id=agent, slots=record.slots, use_reserve=record.reserve
        )
        if no is not None:
            full[level] = agent
            yield Action(Act.SKIP, agent, record.spawn_id, f"{no.title} {no.detail}", no.code)
            continue
        books.book(replace(record, phase=Phase.SPAWNING))
        yield Action(Act.SPAWN, agent, record.spawn_id, "it waited for a slot, and there is one", record.role)


def _waiting(agent: str, view: AgentView | None) -> Record:
    """What is known of a queued spawn; the least there can be where a snapshot shows nothing of it."""
    if view is None:
        return Record(agent, "", Phase.QUEUED, parent=parent_of(agent))
    if view.record is not None and view.record.phase is Phase.QUEUED:
        return view.record
    size = view.spec.slots if view.spec is not None else view.budget
    return Record(agent, view.spawn_id, Phase.QUEUED, view.role, view.parent, size)


def _scheduled(snapshot: Snapshot, policy: Policy, books: Books, n: int) -> Iterator[Action]:
    """Roles whose turn it is and of which none lives or waits ([schedule]); the code is the role."""
    due = [role for role, every in policy.schedule.items() if n % every == 0]
    if not due:
        return
    busy = {record.role for record in books.records.values() if record.live or record.phase is Phase.QUEUED}
    taken = {view.id for view in snapshot.agents}
    for role in due:
        if role in busy:
            continue
        agent = _fresh_id(policy.root.id, role, taken)
        size = policy.slots.for_role(role)
        no = refusal(books, policy, parent=policy.root.id, agent_id=agent, slots=size)
        if no is not None:
            yield Action(Act.SKIP, agent, "", f"{no.title} {no.detail}", role)
            continue
        books.book(Record(agent, "", Phase.SPAWNING, role, policy.root.id, size))
        yield Action(Act.SCHEDULE, agent, "", f"its turn: heartbeat {n}, every {policy.schedule[role]}", role)


def _fresh_id(root: str, role: str, taken: set[str]) -> str:
    number = 1
    while f"{root}/{role}-{number:02d}" in taken:
        number += 1
    return f"{root}/{role}-{number:02d}"
