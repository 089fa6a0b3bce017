"""What all agents have used up, added up anew only where one of them has used up more: the sum asks every record."""

from collections.abc import Mapping

from swarm.model.record import Record
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.costs import totals
from swarm.tracking.tracked_agent import TrackedAgent


class Sums:
    """The newest sums of one swarm."""

    def __init__(self) -> None:
        self.stale = True
        """Agents came, went, or have used up more since the sums were made."""
        self._revision = -1
        self._last = (0, 0.0)

    def note(self, before: AgentView | None, after: AgentView) -> None:
        """An agent has another view."""
        self.stale |= before is None or _used_up(before) != _used_up(after)

    def of(
        self, ledger: Snapshot, records: Mapping[str, Record], tracked: Mapping[str, TrackedAgent]
    ) -> tuple[int, float]:
        """Tokens and dollars of all agents ever, as of this revision of the ledger."""
        if self.stale or ledger.revision != self._revision:
            views = {known: agent.view for known, agent in tracked.items()}
            self._last = totals(ledger.account, records, views.get)
            self.stale, self._revision = False, ledger.revision
        return self._last


def _used_up(view: AgentView) -> tuple[object, ...]:
    return view.spawn_id, view.tokens, view.cost_usd
