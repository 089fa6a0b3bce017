"""Which worktrees of ended agents nobody needs any more: nothing is in them that is not elsewhere. Pure."""

from collections.abc import Iterator

from swarm.model.beat import ActionKind
from swarm.model.plan import Action
from swarm.model.record import Phase
from swarm.model.repository import Worktree
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.health import is_archived
from swarm.rules.results.checks import are_due

REASON = "it has ended, and nothing is in its worktree that is not elsewhere"


def unneeded_worktrees(snapshot: Snapshot) -> Iterator[Action]:
    """The removals that a heartbeat makes: one heartbeat after the end at the earliest, so that a person who has ended
    an agent to spawn it again finds all of it there.
    """
    with_one = [view for view in snapshot.agents if view.record is not None and view.record.worktree is not None]
    into = {(own.common, own.into) for view in with_one if (own := _in_use(view)) is not None}
    for view in with_one:
        own = _of_ended(view, snapshot.heartbeat_last)
        if own is not None and (own.common, own.branch) not in into:
            yield Action(ActionKind.REMOVE_WORKTREE, view.id, view.spawn_id, REASON)


def _of_ended(view: AgentView, heartbeat_last: float | None) -> Worktree | None:
    """The worktree of an agent that had ended before the last heartbeat, where it holds nothing; else None."""
    record = view.record
    if record is None or record.phase is not Phase.ENDED or record.unverified or is_archived(view):
        return None
    own = record.worktree
    if own is None or view.changes is None or record.ended is None:
        return None
    if heartbeat_last is None or record.ended >= heartbeat_last:
        return None
    if are_due(record):
        return None  # its checks look into it
    return own if view.changes.holds_nothing(own.branch) else None


def _in_use(view: AgentView) -> Worktree | None:
    """The worktree of an agent that runs, or that holds something: the branch that it is merged into has to stay."""
    record = view.record
    if record is None or record.worktree is None or is_archived(view):
        return None
    empty = view.changes is None or view.changes.holds_nothing(record.worktree.branch)
    return None if record.phase is Phase.ENDED and empty else record.worktree
