"""Messages on their way: remembered when they are sent, and said when they have reached their agent."""

from collections.abc import Iterable

from msgspec import Struct

from swarm.api import Swarm
from swarm.model.requests import Messaged
from swarm.model.snapshot import Snapshot
from swarm.protocol import inbox

KEEP = 100


class Delivered(Struct, frozen=True):
    """A message that reached its agent."""

    agent: str
    id: str
    at: float
    """Wall seconds."""


class Deliveries:
    """What was sent from here and has not arrived. An agent that ended, or lives anew, takes its messages with it."""

    def __init__(self) -> None:
        self.awaited: dict[str, tuple[str, str]] = {}
        """By message id: (agent id, spawn id)."""
        self._inboxes: set[str] = set()

    def sent(self, message: Messaged, spawn_id: str) -> None:
        """From now on it is awaited."""
        self.awaited[message.id] = (message.agent, spawn_id)
        if not message.sent:
            self._inboxes.add(message.id)
        while len(self.awaited) > KEEP:
            del self.awaited[next(iter(self.awaited))]

    @property
    def in_inboxes(self) -> bool:
        """Some wait in an inbox, of which no program tells when it is read."""
        return any(self.awaited.get(key) for key in self._inboxes)

    def read_inboxes(self, swarm: Swarm) -> list[str]:
        """Ids of those that a hook has taken out of its agent's inbox. Looks at the disk: for a thread."""
        taken = []
        for key in tuple(self._inboxes):
            name, _ = self.awaited.get(key, ("", ""))
            agent = swarm.agent_dir(name) if name else None
            if agent is None or not agent.inbox.exists():
                self._inboxes.discard(key)  # it was spawned anew, or is gone
                continue
            waiting, _ = inbox.undelivered(agent)
            if len(waiting) < inbox.MAX_BLOCKS and key not in {known for known, _ in waiting}:
                taken.append(key)
        return taken

    def taken(self, keys: Iterable[str], at: float) -> list[Delivered]:
        """These are in their agents' hands; at: wall seconds at which that was seen."""
        found = []
        for key in keys:
            self._inboxes.discard(key)
            agent, _ = self.awaited.pop(key, ("", ""))
            if agent:
                found.append(Delivered(agent, key, at))
        return found

    def arrived(self, snapshot: Snapshot) -> list[Delivered]:
        """Those that this picture shows to have arrived, once each."""
        if not self.awaited:
            return []
        found: list[Delivered] = []
        views = {view.id: view for view in snapshot.agents}
        for key, (agent, spawn_id) in list(self.awaited.items()):
            view = views.get(agent)
            if view is None or (spawn_id and view.spawn_id != spawn_id):
                del self.awaited[key]
                continue
            at = dict(view.activity.delivered).get(key) if view.activity is not None else None
            if at is not None:
                found.append(Delivered(agent, key, at))
                del self.awaited[key]
        return found
