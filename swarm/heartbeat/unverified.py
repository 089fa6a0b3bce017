"""Agents whose death was not proved: every heartbeat looks for their processes again."""

from swarm.ending.end import record_verified
from swarm.ending.leftovers import any_left
from swarm.home.context import Home
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView, Snapshot


def search_again(home: Home, snapshot: Snapshot) -> None:
    """Looks again for processes of agents not verified dead; where none is left, the slot is freed."""
    for view in snapshot.agents:
        record = view.record
        if record is None or not _is_unverified(view):
            continue
        report = home.runner.stop(record, home.layout.agent(view.id), 0.0)
        if report.gone and not report.unverified and not any_left(record):
            record_verified(home, record)


def _is_unverified(view: AgentView) -> bool:
    return view.record is not None and view.record.phase is Phase.ENDED and bool(view.record.unverified)
