"""Which branches of a tree are over: they come after their siblings, and are folded away after a while."""

from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.triage import is_settled
from widgets.tree_order import TreeIndex

RECENT_S = 900.0
"""Awake seconds for which an agent that ended stays in sight: a person who ended it sees that it is gone."""
READ_S = 60.0
"""The same for one whose results were read: a person who read them by a slip of the finger can still take it back."""


LOOK_S = 60.0
"""At least so often it is found again: a clock that was set back may make what was read be read later."""


def branches_over(tree: TreeIndex, now: Now) -> frozenset[int]:
    """The places of the agents that are over for a while, with all that is below them."""
    return BranchesOver().find(tree, now)


class BranchesOver:
    """Finds them again only where agents changed, or when the time of another one has come."""

    def __init__(self) -> None:
        self._views: tuple[AgentView, ...] | None = None
        self._over: frozenset[int] = frozenset()
        self._from = self._until = 0.0
        """Awake seconds."""

    def find(self, tree: TreeIndex, now: Now) -> frozenset[int]:
        """The places in this tree, as of now."""
        if tree.views is self._views and self._from <= now.awake < self._until:
            return self._over
        waits = [LOOK_S]
        goes_on: set[int] = set()
        over: list[int] = []
        for at in range(len(tree.views) - 1, -1, -1):  # children before parents
            left = _left(tree.views[at], now) if at not in goes_on else None
            if left is not None and left <= 0:
                over.append(at)
                continue
            goes_on.add(tree.parents[at])
            if left is not None:
                waits.append(left)
        self._views, self._over = tree.views, frozenset(over)
        self._from, self._until = now.awake, now.awake + min(waits)
        return self._over


def _left(view: AgentView, now: Now) -> float | None:
    """Seconds until it was read, or ended, long enough ago; None where it goes on, or a person is to look at it."""
    record = view.record
    if record is None or record.ended is None or not is_settled(view):
        return None
    ago = now.awake - record.ended
    return RECENT_S - ago if record.read_at is None else READ_S - min(ago, now.wall - record.read_at)
