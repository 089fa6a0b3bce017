"""Sees to the ten failures of the demo: what befalls them from outside, and plays one again once it is over."""

from swarm.api import Swarm
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.archive import is_over
from swarm_tui.demo.failures import FAILURES, Failure
from swarm_tui.demo.home import INPUT, RENAMED

RENAMED_AFTER, AGAIN_AFTER = 8.0, 110.0
"""Minutes after which an input is renamed while its agent works, and for which an end is left in sight."""


class Replay:
    """Looks after the ten failures, as an operator does who wants to see them again."""

    def __init__(self, swarm: Swarm) -> None:
        self._swarm = swarm
        self._since: dict[tuple[str, bool], float] = {}
        """When a spawn was first seen to run or to be over, in minutes of the demo, by its id and which of both."""

    def look(self, snapshot: Snapshot, minutes: float) -> None:
        """Renames an input, and spawns anew what has been over for long enough. minutes: of the demo.

        Raises SwarmError.
        """
        for failure in FAILURES:
            view = snapshot.agent(failure.spawn.id_in(snapshot.root))
            if view is None or view.record is None:
                continue
            over = is_over(view.record)
            passed = minutes - self._since.setdefault((view.spawn_id, over), minutes)
            if not over and failure.inputs and passed > RENAMED_AFTER:
                self._rename(INPUT, RENAMED)
            elif not over and view.record.paused is not None and passed > AGAIN_AFTER:
                self._swarm.kill(
                    [view.id], reason="frozen for what it wrote, and looked at", spawn_ids={view.id: view.spawn_id}
                )
            elif over and passed > AGAIN_AFTER:
                self._since[view.spawn_id, over] = minutes  # where it is refused, the next try comes as late
                self._again(failure, view, snapshot)

    def _rename(self, name: str, other: str) -> None:
        root = self._swarm.home.layout.root
        if (root / name).exists():
            (root / name).rename(root / other)

    def _again(self, failure: Failure, view: AgentView, snapshot: Snapshot) -> None:
        self._swarm.acknowledge([alert for alert in snapshot.alerts if alert.agent == view.id])
        if failure.rejection and view.results.state is ResultsState.VALID:
            self._swarm.reject(view.id, why=failure.rejection)
        elif view.record is not None and view.record.read_at is None and view.results.state is ResultsState.VALID:
            self._swarm.read(view.id)
        self._swarm.archive([view.id])
        self._rename(RENAMED, INPUT)
        self._swarm.spawn(failure.spawn.request(snapshot.root))
