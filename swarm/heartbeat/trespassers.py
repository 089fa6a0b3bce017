"""Acts, between two heartbeats, upon agents that wrote what is not theirs to write (failure 10)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from swarm.heartbeat.between import raise_now
from swarm.home.context import Home
from swarm.lifecycle.pausing import pause_subtree
from swarm.model.actor import AuditVerb
from swarm.model.health import Verdict
from swarm.model.snapshot import Snapshot
from swarm.rules.trespass import CODES, due_to_freeze

if TYPE_CHECKING:
    from swarm.scan.scanner import Scanner

_frozen: "WeakKeyDictionary[Scanner, set[tuple[str, str]]]" = WeakKeyDictionary()
"""(spawn id, what was found): whom a person has let go on is not frozen again for the same."""


def act_on_trespassers(home: Home, scanner: "Scanner", snapshot: Snapshot, judged: Mapping[str, Verdict]) -> None:
    """Raises their alerts at once, and pauses them with all below them where the policy says so. Raises SwarmError."""
    for view in snapshot.agents:
        if view.record is None or not view.record.live:
            continue
        for problem in view.problems:
            cause = problem.code.alert
            said = any(
                (alert.ref, alert.cause, alert.text) == (view.ref, cause, problem.text) for alert in snapshot.alerts
            )
            if problem.code in CODES and cause is not None and not said:
                raise_now(home, view.id, cause, problem.text, view.spawn_id)
    frozen = _frozen.setdefault(scanner, set())
    for agent, due in due_to_freeze(snapshot, judged, home.policy).items():
        found = snapshot.agent(agent)
        if found is not None and (found.spawn_id, due.reason) not in frozen:
            frozen.add((found.spawn_id, due.reason))
            pause_subtree(home, agent, AuditVerb.PAUSE, why=due.reason)
