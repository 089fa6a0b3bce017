"""The alerts that a heartbeat raises: one action for each agent and cause."""

from collections.abc import Iterator, Mapping

from swarm.config.policy import Policy
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.disk import Room
from swarm.model.health import Health, Verdict
from swarm.model.plan import Action
from swarm.model.record import Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.snapshot import Access, AgentView, Snapshot
from swarm.rules.budgets.allocation import reserve_words
from swarm.rules.disk import words
from swarm.rules.health import is_root
from swarm.rules.results.disputes import dispute_words, hollow_in
from swarm.rules.results.unread import alert_of, unread_beats

_CAUSES = {
    Health.RETRYING: AlertCause.RETRYING,
    Health.WAITING: AlertCause.WAITING,
    Health.LOOPING: AlertCause.LOOPING,
    Health.UNKNOWN: AlertCause.UNREADABLE,
}
"""States that are alerts by themselves."""
_ALERTING = (*_CAUSES,)
_ENDED, _VALID, _INVALID, _DISPUTED = Phase.ENDED, ResultsState.VALID, ResultsState.INVALID, Health.DISPUTED


def alerts_of(
    view: AgentView, verdict: Verdict, policy: Policy, heartbeat_n: int, agents: Mapping[str, Record]
) -> list[Action]:
    """The alerts of one agent in the heartbeat after `heartbeat_n`. The ledger counts those that come again.

    agents: the records of all, among which are those who are to read what it left.
    Failed and lost agents are not among them: the engine raises those alerts when it records the end.
    """
    record = view.record
    found = _of_record(view, record, verdict, policy, heartbeat_n, agents) if record is not None else []
    if record is not None and record.phase is _ENDED:
        if view.problems and view.results.state is _VALID and not record.read_at:
            found += _of_injection(view)  # its parent is about to read them
        return found
    if view.problems or verdict.state in _ALERTING:
        found += _of_look(view, verdict)
    return found


def _of_look(view: AgentView, verdict: Verdict) -> Iterator[Action]:
    said = {problem.code.alert: problem.text for problem in view.problems}
    # One alert says that the directory is gone: that nothing can be known of the agent for it is no second trouble.
    told = bool(view.absent) and AlertCause.DIRECTORY_MISSING in said
    if (cause := _CAUSES.get(verdict.state)) is not None and not told:
        yield _alert(view, cause, verdict.why)
    for cause, text in said.items():
        if cause is not None and cause is not _CAUSES.get(verdict.state):
            yield _alert(view, cause, text)


def _of_record(
    view: AgentView,
    record: Record,
    verdict: Verdict,
    policy: Policy,
    heartbeat_n: int,
    agents: Mapping[str, Record],
) -> list[Action]:
    found: list[Action] = []
    if record.unverified:
        found.append(_alert(view, AlertCause.UNVERIFIED, f"its end could not be verified: {record.unverified}"))
    if record.read_at is None and view.results.state is _VALID:
        beats = unread_beats(view, heartbeat_n + 1)  # the heartbeat that says so counts
        if beats is not None and (unread := alert_of(record, beats, policy, agents)) is not None:
            found.append(_alert(view, *unread))
    if verdict.state is _DISPUTED and (hollow := hollow_in(view)):
        found.append(_alert(view, AlertCause.DISPUTED, f"it says it is done: {dispute_words(hollow)}"))
    if record.phase is _ENDED:
        return found
    if view.results.state is _INVALID and _invalid_for(record, heartbeat_n) >= policy.heartbeat.invalid_after:
        found.append(_alert(view, AlertCause.RESULTS_INVALID, f"results.json is not valid: {view.results.why}"))
    if record.held_until is not None and record.held_until == heartbeat_n:
        found.append(_alert(view, AlertCause.HOLD_EXPIRED, "its hold has run out; heartbeats judge it again"))
    if view.used > view.budget and not is_root(view, policy):
        words = f"{view.used} run in its subtree; its budget is {view.budget}"
        found.append(_alert(view, AlertCause.OVER_BUDGET, words))
    return found


def _of_injection(view: AgentView) -> Iterator[Action]:
    for problem in view.problems:
        if problem.code is ProblemCode.INJECTION:
            yield _alert(view, AlertCause.INJECTION, problem.text)
            return


def _invalid_for(record: Record, heartbeat_n: int) -> int:
    """Heartbeats that saw these invalid results, the coming one included."""
    return 1 if record.invalid_since_n is None else heartbeat_n + 2 - record.invalid_since_n


def swarm_alerts(snapshot: Snapshot, committed: int, gap: str) -> Iterator[Action]:
    """What concerns no single agent: a hole in time, disk, swarm.toml, too many slots held, problems of the home."""
    if snapshot.disk.room is not Room.ENOUGH:
        cause = AlertCause.DISK if snapshot.disk.room is Room.NONE else AlertCause.DISK_NEAR
        yield Action(ActionKind.ALERT, "", "", words(snapshot.disk), cause)
    if snapshot.pulse.access is Access.BAD_POLICY:
        yield Action(ActionKind.ALERT, "", "", snapshot.pulse.access_why, AlertCause.POLICY)
    if gap:
        yield Action(ActionKind.ALERT, "", "", f"{gap}; this heartbeat investigates and ends no agent", AlertCause.GAP)
    if committed > snapshot.slots.max:
        held = f"{committed} slots are held; {snapshot.slots.max} are allowed"
        yield Action(ActionKind.ALERT, "", "", held, AlertCause.OVER_BUDGET)
    if text := reserve_words(snapshot, committed):
        yield Action(ActionKind.ALERT, "", "", text, AlertCause.RESERVE)
    for agent, problem in snapshot.problems:
        yield Action(ActionKind.ALERT, agent, "", problem.text, problem.code.alert)


def _alert(view: AgentView, cause: AlertCause, text: str) -> Action:
    return Action(ActionKind.ALERT, view.id, view.spawn_id, text, cause)
