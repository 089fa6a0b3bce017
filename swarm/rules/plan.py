"""The phases of a heartbeat as data: `plan(snapshot, policy, now) -> Plan`, pure. The heartbeat executes it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from swarm.config.policy import Policy
from swarm.errors import Code
from swarm.formatting import spell_duration
from swarm.model.agent import Liveness
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.disk import Room
from swarm.model.health import Health, Verdict
from swarm.model.plan import Action, Plan
from swarm.model.record import Ending, Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import Access, AgentView, Snapshot
from swarm.model.time import Gap, GapKind, Now
from swarm.model.values import replace
from swarm.rules.alerts import alerts_of, swarm_alerts
from swarm.rules.archive import due as due_for_archive
from swarm.rules.budgets.schedule import cost_words, scheduled
from swarm.rules.budgets.slot_tree import SlotTree, as_if
from swarm.rules.budgets.slots import ghosts_in, slots_of
from swarm.rules.budgets.spawns import SpawnPause, queued, woken
from swarm.rules.costs import spent
from swarm.rules.disk import words
from swarm.rules.due_for_problems import due_for_problems
from swarm.rules.health import is_archived, is_root
from swarm.rules.heart import PERIODS_WITHOUT_BEAT
from swarm.rules.kills import Due, kills
from swarm.rules.limits import agents_in_play, due_for_limits, limit_alerts, swarm_over
from swarm.rules.looping.due_for_looping import due_for_looping, loop_warnings
from swarm.rules.outage import given_up, outage
from swarm.rules.results.checks import why_ask
from swarm.rules.results.disputes import why_reject
from swarm.rules.results.unread import due_for_neglect
from swarm.rules.service_wait import may_try, served_again
from swarm.rules.strays import due_strays
from swarm.rules.unneeded_worktrees import unneeded_worktrees
from swarm.rules.verdicts import verdicts
from swarm.rules.warnings import warnings

_GAP_WORDS = {
    GapKind.SUSPENDED: "the machine slept {}",
    GapKind.JUMPED: "the machine was paused, or its clock set forward, by {}",
    GapKind.STEPPED_BACK: "the clock was set back by {}",
    GapKind.REBOOTED: "the machine was restarted, and off for {}",
    GapKind.SCHEDULER_DOWN: "no heartbeat for {}",
    GapKind.FIRST_BEAT: "the first heartbeat here; there are agents {} old",
}
_SAID_ONCE = (AlertCause.RETRYING, AlertCause.WAITING)
_SILENT = (Health.INVESTIGATE, Health.OVERDUE)
_REPORTED = (Health.DONE, Health.DISPUTED, Health.FAILED)
_UNDER_WAY = (Health.FRESH, Health.STARTING, Health.LATE, Health.INVESTIGATE, Health.LOOPING, Health.QUEUED)


def plan(
    snapshot: Snapshot,
    policy: Policy,
    now: Now,
    judged: Mapping[str, Verdict] | None = None,
    *,
    gap: Gap | None = None,
    period: float | None = None,
) -> Plan:
    """What the next heartbeat does, in the order of its phases (protocol.md, A heartbeat).

    1. progress check: every agent's verdict, counted. 2. stuck detection: investigate once per silence; kill what is
    overdue, never after a gap; end who has used up its limit, for that is no matter of time. 3. results: check
    acceptance, collect, free what ended without results, remove worktrees that hold nothing, alert. 4. slots, as they
    will be. 5. spawn: those who wait for their service and whose next try is due, which no outage stops, for only a try
    shows that it is back; queued ones in order, then scheduled roles; none while the swarm is over its limit, refused
    by its model service, the disk full, or swarm.toml wrong. 7. wake the root; 6, the record, comes before that and is
    not a matter of the plan. Last, who is over for long is put away.

    judged: what `verdicts` says, where the caller needs it too. gap: the hole in observed time that the clocks show; a
    scheduler that was down is found here. period: seconds between the heartbeats of the caller, where it is not the
    policy's. Nothing is touched; an executor must look again before it kills (two looks that agree) and reserve again
    before it spawns.
    """
    judged = judged if judged is not None else verdicts(snapshot, policy, now)
    n = snapshot.heartbeat_n + 1
    hole = gap or _scheduler_gap(snapshot, PERIODS_WITHOUT_BEAT * (period or policy.heartbeat.period), now)
    words = _GAP_WORDS[hole.kind].format(spell_duration(hole.seconds)) if hole else ""
    playing, used = agents_in_play(snapshot), spent(snapshot, now)
    over, refused = swarm_over(used, policy), outage(snapshot, judged, policy, now)
    due, spared = due_for_limits(playing, judged, policy, over)
    due = due_for_problems(snapshot, judged, policy, between=hole is not None) | due  # who slept could not heed it
    if hole is None:
        due = due_for_neglect(snapshot, judged, policy) | due
        due |= {agent: one for agent, one in due_for_looping(snapshot, judged, policy, now).items() if agent not in due}
        due |= {agent: Due(one.why) for agent, one in judged.items() if one.kill_due and agent not in due}
    slot_tree = _slot_tree(snapshot, policy)
    actions = [*_investigations(snapshot, judged)]
    ends = [*kills(snapshot, judged, due)]
    actions += ends
    if hole is None:
        actions += due_strays(snapshot, policy)
    results = [*_results(snapshot, policy, judged, may_free=hole is None)]
    actions += results
    actions += unneeded_worktrees(snapshot)
    said = words if hole and hole.kind is not GapKind.FIRST_BEAT else ""
    actions += _alerts(snapshot, policy, judged, slot_tree, gap=said, refused=refused)
    actions += [*warnings(snapshot), *loop_warnings(snapshot, judged, policy)]
    actions += _given_up(snapshot, policy)
    actions += limit_alerts(playing, used, policy, spared)
    for action in (*ends, *results):
        _let_go(slot_tree, action)
    slots = slots_of(slot_tree, policy)
    wait = _pause(snapshot, over, refused)
    actions += _taken_up(snapshot, now, wait)
    actions += queued(snapshot, policy, slot_tree, wait)
    actions += scheduled(snapshot, policy, slot_tree, n, wait)
    actions += woken(snapshot, policy, now, n, wait)
    actions += [
        Action(ActionKind.ARCHIVE, view.id, view.spawn_id, "over and read for long enough")
        for view in due_for_archive(snapshot, policy, now)
    ]
    if n == 1 and (words_of_cost := " ".join(cost_words(policy))):
        actions.append(Action(ActionKind.NOTE, "", "", words_of_cost))
    counts = Counter([str(one.state) for one in judged.values()])
    return Plan(n, tuple(actions), dict(counts), slots, words)


def _pause(snapshot: Snapshot, over: str, refused: str) -> SpawnPause | None:
    if snapshot.disk.room is Room.NONE:
        return SpawnPause(Code.FULL, words(snapshot.disk))
    if snapshot.pulse.access is Access.BAD_POLICY:
        return SpawnPause(Code.POLICY, "swarm.toml is wrong")
    return SpawnPause(Code.LIMIT, over) if over else SpawnPause(Code.SERVICE, refused) if refused else None


def leave_out(plan: Plan, keys: frozenset[str]) -> Plan:
    """The plan without the actions of these keys (`Action.key`), as a rehearsal leaves it."""
    return replace(plan, actions=tuple(action for action in plan.actions if action.key not in keys))


def _scheduler_gap(snapshot: Snapshot, limit: float, now: Now) -> Gap | None:
    """The gap where no heartbeat looked for longer than `limit` seconds, or none ever did."""
    if snapshot.heartbeat_last is not None:
        down = now.awake - snapshot.heartbeat_last
        return Gap(GapKind.SCHEDULER_DOWN, down) if down > limit else None
    spawned = (view.record.spawned for view in snapshot.agents if view.record is not None and view.record.live)
    oldest = min(spawned, default=now.awake)
    return Gap(GapKind.FIRST_BEAT, now.awake - oldest) if now.awake - oldest > limit else None


def _slot_tree(snapshot: Snapshot, policy: Policy) -> SlotTree:
    records = {view.id: view.record for view in snapshot.agents if view.record is not None}
    return SlotTree(records, policy.root.id, ghosts_in(snapshot))


def _investigations(snapshot: Snapshot, judged: Mapping[str, Verdict]) -> Iterator[Action]:
    for view in snapshot.agents:
        if judged[view.id].state not in _SILENT or view.foreign:
            continue
        record = view.record
        if record is None or record.phase is Phase.STOPPING or record.investigated == view.observed.changed:
            continue
        yield Action(ActionKind.INVESTIGATE, view.id, view.spawn_id, judged[view.id].why)


def _has_results(view: AgentView) -> bool:
    return view.results.state is ResultsState.VALID


def _results(snapshot: Snapshot, policy: Policy, judged: Mapping[str, Verdict], *, may_free: bool) -> Iterator[Action]:
    """Checks and collections of those who reported, releases of those that ended without results."""
    for view in snapshot.agents:
        record, one = view.record, judged[view.id]
        if record is None or one.state in _UNDER_WAY or is_root(view, policy) or is_archived(view):
            continue
        if why := why_ask(view, one, policy):
            yield Action(ActionKind.CHECK, view.id, view.spawn_id, why)
        if why := why_reject(view, one, policy, snapshot.alerts):
            yield Action(ActionKind.REJECT, view.id, view.spawn_id, why)
        if one.state in _REPORTED and _has_results(view):
            if record.collected_n is None:
                yield Action(ActionKind.COLLECT, view.id, view.spawn_id, f"results.json says {view.results.status}")
        elif one.state is Health.WAITING and record.phase is Phase.RUNNING:
            yield Action(ActionKind.WAIT, view.id, view.spawn_id, one.why)
        elif record.live and one.state in (Health.FAILED, Health.LOST, Health.KILLED):
            yield Action(ActionKind.FREE, view.id, view.spawn_id, one.why, ending=Ending(one.state.value))
        elif may_free and record.live and one.state is Health.OVERDUE and view.liveness is Liveness.ELSEWHERE:
            # A restarted container cannot be looked into. No signal is sent; the slot comes free by the rule.
            yield Action(ActionKind.FREE, view.id, view.spawn_id, one.why, ending=Ending.LOST)


def _alerts(
    snapshot: Snapshot, policy: Policy, judged: Mapping[str, Verdict], slot_tree: SlotTree, *, gap: str, refused: str
) -> Iterator[Action]:
    yield from swarm_alerts(snapshot, slot_tree.committed(), gap)
    if refused:
        yield Action(ActionKind.ALERT, "", "", refused, AlertCause.SERVICE)
    for view in snapshot.agents:
        for action in alerts_of(view, judged[view.id], policy, snapshot.heartbeat_n, slot_tree.records):
            if not (refused and action.cause in _SAID_ONCE):  # one alert says it for all of them
                yield action


def _given_up(snapshot: Snapshot, policy: Policy) -> Iterator[Action]:
    if text := given_up(snapshot, policy):
        yield Action(ActionKind.ALERT, "", "", text, AlertCause.GIVEN_UP)


def _taken_up(snapshot: Snapshot, now: Now, wait: SpawnPause | None) -> Iterator[Action]:
    """Those who wait for their service and are due. Over its limit, or on a full disk, they wait on."""
    if wait is not None and wait.delay in (Code.LIMIT, Code.FULL):
        return
    waiting = [(view, view.record) for view in snapshot.agents if view.record is not None and view.record.waiting]
    back = served_again(snapshot) if waiting else {}
    for view, record in waiting:
        if record.waiting is None or is_archived(view) or not may_try(record, now, back):
            continue
        yield Action(ActionKind.TAKE_UP, view.id, view.spawn_id, f"its program had ended: {record.waiting.why}")


def _let_go(slot_tree: SlotTree, action: Action) -> None:
    """Enters what a kill, a collection or a release will free."""
    if action.kind not in (ActionKind.KILL, ActionKind.COLLECT, ActionKind.FREE):
        return
    for agent in (*action.subtree, action.agent):
        record = slot_tree.records.get(agent)
        if record is not None and record.live:
            slot_tree.put(as_if(record, Phase.ENDED))
