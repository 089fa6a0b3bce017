"""Why nothing of a living agent can be heard: what of it is gone, replaced or out of sight. Absence is not silence."""

from collections.abc import Iterator

from swarm.model.causes import ProblemCode
from swarm.model.record import Phase
from swarm.model.snapshot import Problem
from swarm.tracking.files import PROGRESS
from swarm.tracking.tracked_agent import WITHOUT_FILES, TrackedAgent


def absence_of(agent: TrackedAgent) -> str:
    """Returns why its files say nothing of it, in words; '' where they do, or need not."""
    files, directory = agent.files, agent.directory
    if agent.record is None or agent.record.phase in WITHOUT_FILES:
        return ""
    if directory is None or files is None:
        return _directory_words(agent)
    if directory.error and PROGRESS not in directory.files:
        return f"its directory cannot be listed: {directory.error}"
    if agent.replaced:
        spec = agent.spec
        other = f"its agent.json is of spawn {spec.spawn_id}" if spec is not None else "it has no agent.json"
        return f"another directory lies in the place of its own: {other}"
    if _wrote(agent) and files.progress.fingerprint is None and not files.progress.error:
        return "its progress.md was there, and is gone"
    return ""


def problems_of_absence(agent: TrackedAgent, absent: str) -> Iterator[Problem]:
    """The problem on its row. absent: what `absence_of` says."""
    code = ProblemCode.DIRECTORY_MISSING if agent.directory is None else ProblemCode.UNREADABLE
    if absent and not agent.replaced:  # what its agent.json says is a problem of that file
        yield Problem(code, f"{absent}; its process is known and can be ended")
    elif agent.directory is None and agent.record is not None and agent.record.phase is Phase.ENDED:
        yield Problem(code, "its directory is not there")


def _directory_words(agent: TrackedAgent) -> str:
    if agent.out_of_sight:
        return f"its directory is out of sight: {agent.out_of_sight}"
    if agent.renamed_to:
        return f"its directory was renamed: it is {agent.renamed_to!r} now"
    return "its directory is not there: removed, or moved away"


def _wrote(agent: TrackedAgent) -> bool:
    seen = agent.observed.progress if agent.observed is not None else None
    return seen is not None and seen.size > 0
