"""Recording a heartbeat: what it observed of each agent, alerts raised and cleared, its line in heartbeats.jsonl."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from swarm.config.policy import Policy
from swarm.ending.end import ensure_ended_json
from swarm.ending.notices import without_what_is_over
from swarm.formatting import spell_stamp
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, clear_alert, raise_alert
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.beat import Beat
from swarm.model.causes import AlertCause, Course
from swarm.model.health import Health, Verdict
from swarm.model.plan import Executed, Plan
from swarm.model.record import Alert, Ending, Phase, Record, Ref
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import read_now, renew
from swarm.model.values import replace
from swarm.protocol import heartbeats
from swarm.rules.budgets.slots import slots
from swarm.rules.costs import with_mark
from swarm.rules.looping.due_for_looping import warned
from swarm.rules.results.checks import are_due, are_watched
from swarm.rules.warnings import remembered

SILENCE = frozenset({Health.INVESTIGATE, Health.OVERDUE})
_NOT_IN_ORDER = frozenset({Health.WAITING, Health.DISPUTED})
PAST_BEATS = 12
"""Periods after its end for which the ledger keeps an agent that was read, or left nothing to read."""
SEEN_ALERTS_S = 86_400.0
"""How long an alert of something that happened stays after a person has acknowledged it, in wall seconds."""


def record_beat(
    home: Home,
    by: str,
    planned: Plan,
    snapshot: Snapshot,
    judged: Mapping[str, Verdict],
    done: Executed,
    started: float,
) -> Beat:
    """Commits what was seen and said, and writes the record of this heartbeat."""
    past = _forgotten(home)
    tokens, cost_usd = _used_up(snapshot)
    fresh: list[Alert] = []
    counted = (0, 0)
    made: list[Beat] = []

    def change(state: State) -> State:
        nonlocal counted
        now, counted = read_now(state.epoch, home.clock), state.outcomes
        state = _observed(state, snapshot, judged, planned.n, done, past, now.awake)
        before = {alert.key for alert in state.alerts}
        state = without_what_is_over(_with_alerts(state, judged, done, now.wall))
        fresh[:] = [alert for alert in state.alerts if alert.key not in before]
        return replace(
            state,
            heartbeat_n=planned.n,
            heartbeat_last_at=now.wall,
            heartbeat_last=now.awake,
            heartbeat_epoch=renew(state.epoch, home.clock),
            schedule_due=tuple(sorted(done.put_off)),
            running=None,
            role_files=snapshot.role_files or state.role_files,
            outcomes=(0, 0),
            account=with_mark(state.account, now, tokens, cost_usd),
        )

    def lines(state: State) -> Iterator[AuditLine]:
        held = slots(state.agents, home.policy)
        record = Beat(
            n=planned.n,
            at=spell_stamp(home.clock.wall(), millis=True),
            by=by,
            took_ms=round((time.monotonic() - started) * 1000),
            counts=dict(planned.counts),
            slots={name: getattr(held, name) for name in ("max", "reserve", "committed", "used", "free")},
            actions=tuple(done.actions),
            alerts=tuple(f"{alert.agent}: {alert.text}" if alert.agent else alert.text for alert in fresh),
            acceptance={"passed": counted[0], "failed": counted[1]},
            passed=not counted[1] and not done.killed and not _is_out_of_order(done, judged),
            gap=planned.gap,
            tokens=tokens,
            cost_usd=round(cost_usd, 6),
        )
        made[:] = [record]
        for alert in fresh:
            yield audit.line(
                home,
                AuditVerb.ALERT,
                agent=alert.agent,
                spawn_id=alert.spawn_id,
                reason=alert.text,
                actor=ENGINE,
                cause=alert.cause,
            )
        yield audit.line(home, AuditVerb.HEARTBEAT, reason=_words(record), n=planned.n, by=by, passed=record.passed)

    def write(_: State) -> None:
        heartbeats.append(home.layout, made[-1])

    home.ledger.commit(change, purpose=f"record heartbeat {planned.n}", lines=lines, then=write)
    return made[-1]


def _is_out_of_order(done: Executed, judged: Mapping[str, Verdict]) -> bool:
    """The model service refuses the swarm, or an agent waits for it: no heartbeat passes in that, nor while results are
    disputed.
    """
    outage = any(alert.cause is AlertCause.SERVICE for alert in done.alerts)
    return outage or any(verdict.state in _NOT_IN_ORDER for verdict in judged.values())


def _used_up(snapshot: Snapshot) -> tuple[int, float]:
    """Tokens and dollars of all agents ever. A total never falls, though an estimate is now and then put right."""
    last = snapshot.beats[-1] if snapshot.beats else None
    if last is None:
        return snapshot.tokens, snapshot.cost_usd
    return max(snapshot.tokens, last.tokens or 0), max(snapshot.cost_usd, last.cost_usd or 0.0)


def _words(record: Beat) -> str:
    """A heartbeat in one line: `no heartbeat for 2h; 1 alert, 2 investigate`."""
    counted = Counter(each.action for each in record.actions)
    did = ", ".join(f"{count} {action}" for action, count in sorted(counted.items())) or "nothing to do"
    return f"{record.gap}; {did}" if record.gap else did


def _observed(
    state: State,
    snapshot: Snapshot,
    judged: Mapping[str, Verdict],
    n: int,
    done: Executed,
    past: Sequence[Ref],
    awake: float,
) -> State:
    """The state with what this heartbeat saw of every agent that is still the same spawn, without those long past."""
    agents = dict(state.agents)
    for view in snapshot.agents:
        found = agents.get(view.id)
        if found is not None and found.spawn_id == view.spawn_id:
            seen = _seen(found, view, n, done)
            agents[view.id] = warned(seen, done.warned.get(view.id, ()), judged[view.id].state, n, awake)
    for ref in past:
        if ref.find(agents) is not None:
            del agents[ref.id]
    return replace(state, agents=agents)


def _forgotten(home: Home) -> list[Ref]:
    """The spawns that the ledger forgets; their ended.json keeps what is known of them."""
    state = home.ledger.read()
    awake = read_now(state.epoch, home.clock).awake
    past = [each for each in state.agents.values() if _is_past(each, awake, home.policy)]
    return [record.ref for record in past if ensure_ended_json(home, record)]


def _is_past(record: Record, awake: float, policy: Policy) -> bool:
    """Whether the ledger forgets it: it ended a while ago, and its results are read or absent. Its ended.json stays."""
    if record.phase is not Phase.ENDED or record.unverified or record.ended is None:
        return False
    unread = record.ending is Ending.DONE and record.read_at is None
    past = awake - record.ended > PAST_BEATS * policy.heartbeat.period
    return past and not unread and not are_due(record) and not are_watched(record, policy)


def _seen(found: Record, view: AgentView, n: int, done: Executed) -> Record:
    """The record after heartbeat `n`; the same one where nothing is new, as of most that have ended."""
    observed = view.observed if view.observed.seen >= found.observed.seen else found.observed
    invalid = (found.invalid_since_n or n) if view.results.state is ResultsState.INVALID else None
    record = found
    if observed is not found.observed or invalid != found.invalid_since_n:
        record = replace(found, observed=observed, invalid_since_n=invalid)
    if view.id in done.investigated:
        record = replace(record, investigated=view.observed.changed, investigations=done.investigated[view.id])
    if view.id in done.warned:
        record = replace(record, warned=remembered(record, done.warned[view.id]))
    left = record.phase is Phase.ENDED and view.results.state is ResultsState.VALID
    if record.collected_n is None and (view.id in done.collected or left):  # of one that was ended, too
        record = replace(record, collected_n=n)
    return record


def _with_alerts(state: State, judged: Mapping[str, Verdict], done: Executed, wall: float) -> State:
    """Raises what this heartbeat says, and clears what is over."""
    for said in done.alerts:
        state = raise_alert(state, said.agent, said.cause, said.text, said.spawn_id, wall)
    raised = {said.key for said in done.alerts}
    for alert in state.alerts:
        if alert.key not in raised and _is_over(alert, state, judged, wall):
            state = clear_alert(state, alert.agent, alert.cause, alert.spawn_id)
    return state


def _is_over(alert: Alert, state: State, judged: Mapping[str, Verdict], wall: float) -> bool:
    if alert.cause.course is not Course.LASTS:
        return alert.acked_at is not None and wall - alert.last_at > SEEN_ALERTS_S
    record = alert.ref.find(state.agents)
    if alert.cause is AlertCause.UNVERIFIED:
        return record is None or not record.unverified
    if alert.cause is AlertCause.INVESTIGATE:
        verdict = judged.get(alert.agent)
        lives = record is not None and record.live
        return not lives or verdict is None or verdict.state not in SILENCE
    return True
