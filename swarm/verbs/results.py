"""results: the results inbox, from a snapshot and a look at the outputs that were promised. Marks nothing read."""

from swarm.home.context import Home
from swarm.model.results_inbox import ResultsEntry
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.probes.promises import promises_of
from swarm.rules.results.results_inbox import entries
from swarm.rules.verdicts import verdicts

MOST_LOOKED_AT = 500
"""Agents whose promised outputs are looked for, the newest ones."""


def results(home: Home, snapshot: Snapshot) -> tuple[ResultsEntry, ...]:
    """Who has reported or ended, the newest first; an agent gets those that it is to read."""
    found = entries(snapshot, verdicts(snapshot, home.policy, home.now()))
    if home.actor.is_agent:
        found = tuple(entry for entry in found if entry.reader == home.actor.agent)
    views = {view.id: view for view in snapshot.agents}
    looked_at = (
        replace(entry, promises=promises_of(home.layout, views[entry.agent])) for entry in found[:MOST_LOOKED_AT]
    )
    return (*looked_at, *found[MOST_LOOKED_AT:])
