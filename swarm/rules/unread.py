"""Results that no one has read: for how many heartbeats they wait, and when that is an alert (failure 8).

To see it: an agent ends with a valid results.json, neither its parent nor the operator reads it, and heartbeats go on.
Three of them raise `results-unread`, six of them `results-orphaned` in its place.
"""

from swarm.config.policy import Policy
from swarm.model.health import Verdict
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.model.values import replace


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
    stale = beats >= policy.unread_after
    orphaned = stale and beats >= policy.results.orphaned_after
    return replace(verdict, unread_beats=beats, stale_results=stale, orphaned_results=orphaned)
