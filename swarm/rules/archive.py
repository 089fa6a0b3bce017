"""Which agents may be put away: those that are over, and of which no person or agent needs anything more. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.model.record import Ending, Phase, Record, Ref
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from swarm.rules.health import is_archived
from swarm.rules.results.disputes import disputes_in

FOREIGN = "was not spawned through the engine, so the engine leaves it alone"
_UNSEEN = frozenset({Ending.FAILED, Ending.LOST})


class Reason(NamedTuple):
    """Why an agent stays where it is. id: whose reason it is, itself or one below it."""

    id: str
    why: str

    def __str__(self) -> str:
        return f"{self.id} {self.why}"


def reasons_to_keep(
    snapshot: Snapshot, policy: Policy, branches: Collection[str] = frozenset()
) -> dict[str, Reason | None]:
    """Why each agent cannot be put away, by id; None of one that can.

    An agent takes along all that lies below it, so the reason of each of those is its own too; what did not come
    through the engine goes along unasked, because nothing of an ended agent runs. branches: ids of agents whose
    branch is left in its repository, where the caller has looked: who is in the archive is not listed with it.
    """
    views = {view.id: view for view in snapshot.agents}
    needed = tuple(_inputs(snapshot))
    last_runs = _last_runs(snapshot, policy)
    said: dict[str, Reason | None] = {}
    for view in reversed(snapshot.agents):  # children before parents
        why = "is the root" if view.id == snapshot.root else _why(view, views)
        if not why and view.id in branches:
            why = "has a branch that is left: merge it, hand it over, or delete it"
        if not why and view.ref in last_runs:
            why = "is the last run of its role, from which [schedule] counts"
        if not why:
            why = next((f"is an input of {user}" for path, user in needed if _holds(view.id, path)), "")
        below = said.get(view.id)
        if why == FOREIGN:
            said[view.id] = below or Reason(view.id, why)  # that it is foreign keeps none above it, as the other does
        else:
            said[view.id] = Reason(view.id, why) if why else below
        reason = said[view.id]
        if view.parent is not None and reason is not None and reason.why != FOREIGN:
            said[view.parent] = said.get(view.parent) or reason
    return said


def due(snapshot: Snapshot, policy: Policy, now: Now) -> list[AgentView]:
    """The agents that a heartbeat puts away: over and seen for as long as [archive] after says, with all below them."""
    after = policy.archive.after
    if not after:
        return []
    reasons = reasons_to_keep(snapshot, policy)
    recent: set[str] = set()
    for view in reversed(snapshot.agents):  # children before parents
        if view.id in recent or (view.record is not None and _over_for(view.record, now) < after):
            recent.update((view.id, *([view.parent] if view.parent is not None else [])))
    return topmost([view for view in snapshot.agents if reasons[view.id] is None and view.id not in recent])


def topmost(views: Sequence[AgentView]) -> list[AgentView]:
    """Each of these once, without those that go along with one above them."""
    ids = {view.id: view for view in views}
    return [view for view in ids.values() if not any(above in ids for above in _above(view.id))]


def _above(agent_id: str) -> Iterator[str]:
    parts = agent_id.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _over_for(record: Record, now: Now) -> float:
    """Seconds since it ended or was read, whichever came last."""
    ended = now.awake - record.ended if record.ended is not None else 0.0
    return ended if record.read_at is None else min(ended, now.wall - record.read_at)


def is_over(record: Record | None) -> bool:
    """It has ended, and nothing of it is left."""
    return record is not None and record.phase is Phase.ENDED and not record.unverified


def _why(view: AgentView, views: Mapping[str, AgentView]) -> str:
    record = view.record
    if record is None or view.inner is not None:
        return FOREIGN
    if not is_over(record):
        return _why_not_over(record)
    if is_archived(view):
        later = views.get(record.id)
        goes_on = later is not None and later.record is not None and not is_over(later.record)
        return f"is an earlier run of {record.id}, which goes on from it" if goes_on else ""
    if disputes_in(view):
        return "has disputed results: accept or reject them"
    if record.read_at is None and view.results.state is ResultsState.VALID:
        return "has results that are not read"
    if record.read_at is None and view.results.state is ResultsState.INVALID:
        return "has disputed results that are not read"
    if record.read_at is None and record.ending in _UNSEEN:
        return f"ended as {record.ending}, which is not acknowledged"
    if view.changes is not None:
        return "has a worktree that is left: merge it, or remove it"
    return ""


def _why_not_over(record: Record) -> str:
    if record.phase is Phase.QUEUED:
        return "waits for a slot"
    if record.unverified:
        return "could not be proved gone"
    return "waits for its service" if record.phase is Phase.WAITING else "has not ended"


def _inputs(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """(path relative to the home, agent) of what agents that are not over were given to read."""
    for view in snapshot.agents:
        if view.spec is not None and view.record is not None and not is_over(view.record):
            for path in view.spec.inputs:
                yield path, view.id


def _holds(agent_id: str, path: str) -> bool:
    return f"{path.removeprefix('./').rstrip('/')}/".startswith(f"swarm/agents/{agent_id}/")


def _last_runs(snapshot: Snapshot, policy: Policy) -> frozenset[Ref]:
    """The newest run of each role that heartbeats spawn by themselves."""
    newest: dict[str, tuple[float, Ref]] = {}
    for view in snapshot.agents:
        if view.role in policy.schedule and view.record is not None:
            run = (view.record.spawned, view.ref)
            newest[view.role] = max(newest.get(view.role, run), run)
    return frozenset(ref for _, ref in newest.values())
