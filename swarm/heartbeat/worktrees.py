"""Worktrees of ended agents are removed where nothing is in them that is not elsewhere."""

from swarm.home import audit
from swarm.home.context import Home
from swarm.model.actor import AuditVerb
from swarm.model.record import Record
from swarm.processes.leftovers import at_work_in


def remove_unneeded(home: Home, record: Record) -> str:
    """Removes the worktree of an ended agent with its branch, where this look agrees that it holds nothing.

    Returns why it stays; '' where it is gone. Raises SwarmError.
    """
    from swarm.repositories import merging, worktree  # with git, only where there is one
    from swarm.repositories.changes import changes_of
    from swarm.repositories.git import OURS

    own = record.worktree
    if own is None:
        return "it has none"
    if not (changes_of(home.layout, own).holds_nothing(own.branch) and merging.is_merged(own)):
        return "a second look found something in its worktree"
    if pids := at_work_in(home.layout.root / own.path, but=OURS):
        return f"pid {pids[0]} works in its worktree"
    worktree.remove(home.layout, own, branch=True)
    reason = f"{own.name}: nothing was in it that is not elsewhere"
    audit.by_engine(home, AuditVerb.REMOVE_WORKTREE, agent=record.id, spawn_id=record.spawn_id, reason=reason)
    return ""
