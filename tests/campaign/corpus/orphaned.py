"""Failure 8: results that nobody reads, ends that nobody hears of; and those that are read, or told, in time.

What is right is the alert of the coming heartbeat, else who is told now; '' where neither is due.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase
from swarm.model.reports import ResultsStatus
from swarm.rules.plan import plan
from swarm.rules.results.notices import ENDED, WAITS, owed
from tests.campaign.case import Case
from tests.support.swarms import HEARTBEAT_N, NOW, POLICY, a_root, a_snapshot, a_view, full_id, results

OF_RESULTS = (AlertCause.RESULTS_UNREAD, AlertCause.RESULTS_ORPHANED)
OVER = {"phase": Phase.ENDED, "ending": Ending.DONE}
KILLED = {"phase": Phase.ENDED, "ending": Ending.KILLED, "ended_by": "operator"}


@dataclass(frozen=True, kw_only=True)
class OrphanCase(Case):
    """What became of the agent `idea/worker`."""

    failure: int = 8
    waited: int | None = None
    """Heartbeats for which its results have waited when the coming one looks; None where it left none."""
    status: ResultsStatus = ResultsStatus.SUCCESS
    worker: Mapping[str, Any] = field(default_factory=dict)
    idea: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[AlertCause, ...] = ()


def judge(case: Case, directory: Path) -> str:
    """The alert, else the agent that is told, in words."""
    assert isinstance(case, OrphanCase)
    fields = dict(case.worker)
    if case.waited is not None:
        fields |= {"results": results(case.status), "collected_n": HEARTBEAT_N + 1 - case.waited}
    worker = a_view("idea/worker", "At work.", **fields)
    alerts = tuple(Alert(worker.id, cause, "why", worker.spawn_id, NOW.wall, NOW.wall) for cause in case.flags)
    snapshot = a_snapshot(a_root(), a_view("idea", "At work.", slots=4, **case.idea), worker, alerts=alerts)
    for action in plan(snapshot, POLICY, NOW).actions:
        if action.agent == worker.id and action.cause in OF_RESULTS:
            return f"alert {action.cause}"
    records = {view.id: view.record for view in snapshot.agents if view.record is not None}
    told = {
        who
        for who, notices in owed(records, alerts, snapshot.root, HEARTBEAT_N).items()
        for each in notices
        if each.of.id == worker.id
    }
    return "".join(f"told {who}" for who in sorted(told))


IDEA, ROOT = f"told {full_id('idea')}", "told genesis-01"
SEEN = (ENDED, WAITS)
CASES = (
    OrphanCase(name="done, and unread for three heartbeats", waited=3, worker=OVER, right="alert results-unread"),
    OrphanCase(name="unread for five heartbeats", waited=5, worker=OVER, right="alert results-unread"),
    OrphanCase(name="unread for six heartbeats", waited=6, worker=OVER, right="alert results-orphaned"),
    OrphanCase(name="unread for sixty heartbeats", waited=60, worker=OVER, right="alert results-orphaned"),
    OrphanCase(
        name="a failure that it reported itself, unread",
        waited=3,
        status=ResultsStatus.FAILED,
        worker=OVER,
        right="alert results-unread",
    ),
    OrphanCase(name="killed, with results that it had left", waited=6, worker=KILLED, right="alert results-orphaned"),
    OrphanCase(
        name="its parent has ended, and the results wait on",
        waited=6,
        worker=OVER,
        idea=OVER,
        right="alert results-orphaned",
    ),
    OrphanCase(name="done just now", waited=1, worker=OVER, right=IDEA),
    OrphanCase(name="results that have waited a heartbeat", waited=2, worker={**OVER, "told": (ENDED,)}, right=IDEA),
    OrphanCase(name="crashed", worker={"phase": Phase.ENDED, "ending": Ending.FAILED, "why": "exit 7"}, right=IDEA),
    OrphanCase(name="gone without a word", worker={"phase": Phase.ENDED, "ending": Ending.LOST}, right=IDEA),
    OrphanCase(name="ended by the operator", worker=KILLED, right=IDEA),
    OrphanCase(name="ended by a heartbeat", worker={**KILLED, "ended_by": "engine"}, right=IDEA),
    OrphanCase(name="flagged as looping", flags=(AlertCause.LOOPING,), right=IDEA),
    OrphanCase(name="flagged for an order in its texts", flags=(AlertCause.INJECTION,), right=IDEA),
    OrphanCase(name="done, where its parent has ended", waited=1, worker=OVER, idea=OVER, right=ROOT),
    OrphanCase(
        name="crashed, where its parent is being stopped",
        worker={**OVER, "ending": Ending.FAILED},
        idea={"phase": Phase.STOPPING},
        right=ROOT,
    ),
    OrphanCase(name="at work"),
    OrphanCase(name="read in the heartbeat that showed it", waited=1, worker={**OVER, "read_at": NOW.wall}),
    OrphanCase(name="read late, and long ago", waited=40, worker={**OVER, "read_at": NOW.wall}),
    OrphanCase(name="told, and unread for two heartbeats", waited=2, worker={**OVER, "told": SEEN}),
    OrphanCase(
        name="crashed, and seen by the operator",
        worker={"phase": Phase.ENDED, "ending": Ending.FAILED, "read_at": NOW.wall},
    ),
    OrphanCase(name="ended by its own parent", worker={**KILLED, "ended_by": full_id("idea")}),
    OrphanCase(name="went down with its parent", worker=KILLED, idea=KILLED),
    OrphanCase(name="flagged, and its parent knows", flags=(AlertCause.LOOPING,), worker={"told": ("looping",)}),
    OrphanCase(name="waiting in the queue", worker={"phase": Phase.QUEUED}),
)
