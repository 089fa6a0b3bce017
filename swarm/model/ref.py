"""One spawn of an agent, by name: what an intent, a plan or a late report is about."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol, TypeVar


class OfSpawn(Protocol):
    """A value that names its spawn: a record, spec, exit or view."""

    @property
    def spawn_id(self) -> str: ...


S = TypeVar("S", bound=OfSpawn)


class Ref(NamedTuple):
    """An agent's id with the id of its spawn: a later spawn of the same agent is another one."""

    id: str
    spawn_id: str

    def match(self, found: S | None) -> S | None:
        """Returns what was found, where it is there and is of this spawn; else None."""
        return found if found is not None and found.spawn_id == self.spawn_id else None

    def find(self, agents: Mapping[str, S]) -> S | None:
        """Returns what the mapping, by agent id, has of this spawn; else None."""
        return self.match(agents.get(self.id))
