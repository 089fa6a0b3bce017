"""Messages on their way: remembered when they are sent, and said when they have reached their agent."""

from dataclasses import dataclass

from swarm.model import Snapshot
from swarm.requests import Messaged

KEEP = 100


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that reached its agent."""

    agent: str
    id: str
    at: float
    """Wall seconds."""


class Deliveries:
    """What was sent from here and has not arrived. An agent that ended, or lives anew, takes its messages with it."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, str]] = {}

    def sent(self, message: Messaged, spawn_id: str) -> None:
        """From now on it is awaited."""
        self._waiting[message.id] = (message.agent, spawn_id)
        while len(self._waiting) > KEEP:
            del self._waiting[next(iter(self._waiting))]

    def arrived(self, snapshot: Snapshot) -> list[Delivered]:
        """Those that this picture shows to have arrived, once each."""
        if not self._waiting:
            return []
        found: list[Delivered] = []
        views = {view.id: view for view in snapshot.agents}
        for key, (agent, spawn_id) in list(self._waiting.items()):
            view = views.get(agent)
            if view is None or (spawn_id and view.spawn_id != spawn_id):
                del self._waiting[key]
                continue
            at = dict(view.doings.told).get(key) if view.doings is not None else None
            if at is not None:
                found.append(Delivered(agent, key, at))
                del self._waiting[key]
        return found
