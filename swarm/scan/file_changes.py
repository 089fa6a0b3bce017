"""What one scan's reading of agents' files brought, for its further steps."""

from msgspec import Struct

from swarm.tracking.tracked_agent import TrackedAgent


class FileChanges(Struct):
    """What reading the files of some agents brought."""

    dirty: set[str]
    """Ids of those whose view has to be made anew."""
    fresh: set[str] = set()
    """Ids of those whose age has to be asked."""
    glanced: list[TrackedAgent] = []
    """Those whose progress was looked at and is what it was."""
    urgent: set[str] = set()
    """Ids of those whose process may have ended or begun."""
    ghosts: bool = False
    """An agent may have become a ghost, or no longer be one."""
