"""Results that no one has read: for how many heartbeats they wait, and when that is an alert (failure 8).

To see it: an agent ends with a valid results.json, neither its parent nor the operator reads it, and heartbeats go on.
Three of them raise `results-unread`, six of them `results-orphaned` in its place; `[results] then` says what follows.
"""

from collections.abc import Mapping

from swarm.config.policy import Policy
from swarm.formatting import plural
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.record import Record
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.kills import Due
from swarm.rules.limits import in_play
from swarm.rules.results.notices import listener_for

_SPARED = (Health.HELD, Health.PAUSED)


def unread_beats(view: AgentView, heartbeat_n: int) -> int | None:
    """Heartbeats since its results were collected; None where there are none, they were read, or none has seen them.

    heartbeat_n: the number of the last heartbeat.
    """
    record = view.record
    if record is None or record.read_at is not None or view.results.state is not ResultsState.VALID:
        return None
    return None if record.collected_n is None else max(0, heartbeat_n - record.collected_n)


def with_unread(verdict: Verdict, view: AgentView, policy: Policy, heartbeat_n: int) -> Verdict:
    """The verdict, with how long its results have waited for a reader, by the policy's measure."""
    beats = unread_beats(view, heartbeat_n)
    if beats is None:
        return verdict
    stale = beats >= policy.heartbeat.unread_after
    orphaned = stale and beats >= policy.results.orphaned_after
    return replace(verdict, unread_beats=beats, stale_results=stale, orphaned_results=orphaned)


def alert_of(record: Record, beats: int, policy: Policy, agents: Mapping[str, Record]) -> tuple[AlertCause, str] | None:
    """What an alert says of results that have waited for so many heartbeats; None while that is not too long.

    agents: the records of all, among which is who is to read them.
    """
    if beats < policy.heartbeat.unread_after:
        return None
    cause = AlertCause.RESULTS_ORPHANED if beats >= policy.results.orphaned_after else AlertCause.RESULTS_UNREAD
    reader = listener_for(record, agents, policy.root.id)
    return cause, f"its results have been unread for {plural(beats, 'heartbeat')}; {reader} is to read them"


def orphans_of(agent_id: str, agents: Mapping[str, Record], policy: Policy, heartbeat_n: int) -> list[Record]:
    """The agents whose results this one is to read, and has left unread until the alert rose."""
    return [
        record
        for record in agents.values()
        if record.collected_n is not None
        and record.read_at is None
        and heartbeat_n - record.collected_n >= policy.results.orphaned_after
        and listener_for(record, agents, policy.root.id) == agent_id
    ]


def due_for_neglect(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy) -> dict[str, Due]:
    """The parents that are ended because they leave results unread, under `then = "stop"`; none where kills are off.

    The alert has risen, and they were told, a heartbeat before. The root, and whom the operator holds or has paused,
    live on; so does a parent where the operator acknowledged the alert. What an agent left before this spawn of its
    parent, or whose parent has ended, is nobody's neglect: else each heartbeat would end the next one above.
    """
    if policy.results.then != "stop" or not policy.heartbeat.kill:
        return {}
    seen = {alert.ref for alert in snapshot.alerts if alert.cause is AlertCause.RESULTS_ORPHANED and alert.acked_at}
    views = {view.id: view for view in snapshot.agents}
    due: dict[str, Due] = {}
    for view in snapshot.agents:
        if view.record is None or not judged[view.id].orphaned_results or view.ref in seen:
            continue
        above = views.get(view.parent or "")
        if above is None or above.id == policy.root.id or above.id in due or not in_play(above):
            continue
        if not _was_there(above.record, view.record):
            continue
        if judged[above.id].state not in _SPARED:
            beats = plural(judged[view.id].unread_beats or 0, "heartbeat")
            words = f"it has left the results of {view.id} unread for {beats}"
            due[above.id] = Due(words, AlertCause.RESULTS_ORPHANED)
    return due


def _was_there(parent: Record | None, child: Record) -> bool:
    """Whether this spawn of the parent saw its child end."""
    return parent is not None and (child.ended is None or child.ended >= parent.spawned)
