"""Remembers the messages that the operator sent, and finds out which of them were delivered."""

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
    """The messages that are not delivered yet. Those to an agent that ended or was spawned again are dropped."""

    def __init__(self) -> None:
        self.awaited: dict[str, tuple[str, str]] = {}
        """By message id: (agent id, spawn id)."""
        self._inboxes: set[str] = set()

    def sent(self, message: Messaged, spawn_id: str) -> None:
        """Awaits the delivery of a message."""
        self.awaited[message.id] = (message.agent, spawn_id)
        if not message.sent:
            self._inboxes.add(message.id)
        while len(self.awaited) > KEEP:
            del self.awaited[next(iter(self.awaited))]

    @property
    def in_inboxes(self) -> bool:
        """Whether some wait in an inbox: no program reports when it reads one."""
        return any(self.awaited.get(key) for key in self._inboxes)

    def read_inboxes(self, swarm: Swarm) -> list[str]:
        """Ids of those that a hook has taken out of its agent's inbox. Looks at the disk: for a thread."""
        taken = []
        for key in tuple(self._inboxes):
            name, _ = self.awaited.get(key, ("", ""))
            agent = swarm.agent_dir(name) if name else None
            if agent is None or not agent.inbox.exists():
                self._inboxes.discard(key)  # the agent was spawned again, or is gone
                continue
            if not inbox.is_waiting(agent, key):
                taken.append(key)
        return taken

    def taken(self, keys: Iterable[str], at: float) -> list[Delivered]:
        """Counts these as delivered; at: wall seconds at which that was seen."""
        found = []
        for key in keys:
            self._inboxes.discard(key)
            agent, _ = self.awaited.pop(key, ("", ""))
            if agent:
                found.append(Delivered(agent, key, at))
        return found

    def arrived(self, snapshot: Snapshot) -> list[Delivered]:
        """The messages that this snapshot shows as delivered, once each."""
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
