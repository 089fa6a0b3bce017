"""Which branches of a tree are over: they come after their siblings, and are folded away after a while."""

from collections.abc import Callable

from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.triage import is_settled
from widgets.tree_order import TreeIndex

RECENT_S = 900.0
"""Awake seconds for which an agent that ended stays in sight: a person who ended it sees that it is gone."""
READ_S = 60.0
"""The same for one whose results were read: a person who read them by a slip of the finger can still take it back."""


def branches_over(tree: TreeIndex, now: Now) -> frozenset[int]:
    """The places of the agents that are over for a while, with all that is below them."""
    return _whole_branches(tree, lambda view: is_settled(view) and _may_go(view, now))


def _whole_branches(tree: TreeIndex, is_over: Callable[[AgentView], bool]) -> frozenset[int]:
    goes_on: set[int] = set()
    over: list[int] = []
    for at in range(len(tree.views) - 1, -1, -1):  # children before parents
        if at not in goes_on and is_over(tree.views[at]):
            over.append(at)
        else:
            goes_on.add(tree.parents[at])
    return frozenset(over)


def _may_go(view: AgentView, now: Now) -> bool:
    """It was read, or it ended, long enough ago."""
    record = view.record
    if record is None or record.ended is None:
        return False
    ago = now.awake - record.ended
    return ago >= RECENT_S if record.read_at is None else min(ago, now.wall - record.read_at) >= READ_S
