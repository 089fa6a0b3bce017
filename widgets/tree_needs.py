"""Who needs a person, on the places of a tree: what the problems view lists, `w` goes to, and folds tell of."""

from collections.abc import Iterable

from swarm.model.causes import Severity
from swarm.model.record import Alert
from swarm.rules.attention import Attention
from widgets.tree_order import TreeIndex, Verdicts, worst_of


class TreeNeeds:
    """The newest `Attention`, and what follows from it for one tree; worked out once for each of both."""

    def __init__(self) -> None:
        self.found = Attention()
        self._tree = TreeIndex(())
        self._places: frozenset[int] = frozenset()
        self._below: dict[int, list[Severity]] | None = None

    def take(self, found: Attention, tree: TreeIndex) -> bool:
        """Take who needs a person in this tree; True where these are others than before."""
        if found is self.found and tree is self._tree:
            return False
        changed = found.agents.keys() != self.found.agents.keys() or found.alerts != self.found.alerts
        self.found, self._tree, self._below = found, tree, None
        self._places = frozenset(tree.index[agent] for agent in found.agents if agent in tree.index)
        return changed

    @property
    def places(self) -> frozenset[int]:
        """Where the agents stand that need a person."""
        return self._places

    def below(self, at: int) -> list[Severity]:
        """How badly those below a place need a person, so that folding never hides trouble."""
        if self._below is None:
            self._below = {}
            for place in self._places:
                for above in self._tree.ancestors(place):
                    self._below.setdefault(above, []).append(self.found.agents[self._tree.views[place].id])
        return self._below.get(at, [])

    def after(
        self, current: int | None, order: Iterable[int], verdicts: Verdicts, seen: Alert | None
    ) -> "str | Alert | None":
        """Whom to look at next: the agent that needs a person most; from one of them the next one downwards, then the
        alerts of the swarm itself, and round. None where nobody needs a person.

        current: the place of the agent that is looked at. order: the places from the top down. seen: the alert of the
        swarm that is looked at instead.
        """
        views, alerts = self._tree.views, self.found.alerts
        keys = [alert.key for alert in alerts]
        here = [at for at in order if at in self._places]
        if seen is not None and seen.key in keys:
            rest = keys.index(seen.key) + 1
            return alerts[rest] if rest < len(alerts) else views[here[0]].id if here else alerts[0]
        if current in here:
            below = here[here.index(current) + 1 :]
            return views[below[0]].id if below else alerts[0] if alerts else views[here[0]].id
        worst = worst_of(self._places, views, verdicts, self.found.agents)
        return views[worst].id if worst is not None else alerts[0] if alerts else None
