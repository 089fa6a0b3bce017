"""What is in the archive, and what was put there."""

from msgspec import Struct

from swarm.model.bounds import Seconds


class ArchivedAgent(Struct, frozen=True):
    """An agent that was put away, with all that ended below it."""

    key: str
    """The name of its directory in the archive, which no other one has; '' where its directory was gone."""
    id: str
    """Its id while it stood in the tree. Another agent may have that by now."""
    spawn_id: str
    path: str
    """Absolute: its files are all there."""
    role: str = ""
    ending: str = ""
    """`done`, `failed`, `killed` or `lost`; '' where its ended.json does not say."""
    ended_at: Seconds | None = None
    """Wall seconds."""


class ArchiveReport(Struct, frozen=True):
    """What `archive` put away, and what it left where it was."""

    archived: tuple[ArchivedAgent, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    """(id, why it stays, in words), of agents that are over."""
