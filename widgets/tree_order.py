"""Which agents of one snapshot are shown, in which order and hierarchy: pure functions over their places."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import compress, count
from operator import is_not
from typing import NamedTuple

from swarm.model.causes import Severity
from swarm.model.health import Verdict
from swarm.model.record import Ref
from swarm.model.snapshot import AgentView
from swarm.rules.attention import need_rank
from widgets.agent_words import NO_VERDICT
from widgets.charset import Charset
from widgets.tree_filter import TreeFilter


class TreeLine(NamedTuple):
    """One line of the list."""

    at: int
    """Which of the views."""
    guides: str = ""
    flat: bool = False
    """It stands in a flat list, where its path names it."""
    context: bool = False
    """It is there only because something below it matches the filter."""


def changed_places(old: Sequence[object], new: Sequence[object]) -> list[int]:
    """The places that hold another object now; both are equally long.

    Without a line of Python for what is the same: ten thousand are usual.
    """
    return list(compress(count(), map(is_not, old, new)))


def same_shape(old: tuple[AgentView, ...], new: tuple[AgentView, ...]) -> bool:
    """The same agents, in the same lives and places: then only their rows can differ."""
    if len(old) != len(new):
        return False
    changed = ((old[place], new[place]) for place in changed_places(old, new))
    return all(a.id == b.id and a.spawn_id == b.spawn_id and a.parent == b.parent for a, b in changed)


class TreeIndex:
    """The parentage of agents. All lists are by place: `parents[i]` is -1 at the top, `sizes[i]` counts i itself."""

    __slots__ = ("children", "index", "parents", "sizes", "views")

    def __init__(self, views: tuple[AgentView, ...]) -> None:
        count = len(views)
        self.views = views
        self.index = {view.id: at for at, view in enumerate(views)}
        self.children: list[list[int]] = [[] for _ in range(count)]
        self.parents = [-1] * count
        self.sizes = [1] * count
        find = self.index.get
        for at, view in enumerate(views):
            parent = find(view.parent, -1) if view.parent is not None else -1
            if -1 < parent < at:  # parents come before children, so that nothing can be its own ancestor
                self.parents[at] = parent
                self.children[parent].append(at)
        for at in range(count - 1, 0, -1):
            if self.parents[at] >= 0:
                self.sizes[self.parents[at]] += self.sizes[at]

    def find(self, key: Ref) -> int | None:
        """The place of an agent; None where it is gone or lives another life."""
        at = self.index.get(key.id)
        return at if at is not None and self.views[at].spawn_id == key.spawn_id else None

    def ancestors(self, at: int) -> Iterator[int]:
        """The places above, from the parent up."""
        while (at := self.parents[at]) >= 0:
            yield at

    def below(self, at: int, limit: int) -> Iterator[int]:
        """At most `limit` places of the subtree, `at` left out."""
        stack = list(self.children[at])
        while stack and limit > 0:
            limit -= 1
            here = stack.pop()
            stack += self.children[here]
            yield here

    def with_ancestors(self, wanted: Collection[int]) -> set[int]:
        """These places, and every one above them."""
        found: set[int] = set()
        for place in wanted:
            at = place
            while at >= 0 and at not in found:
                found.add(at)
                at = self.parents[at]
        return found

    def lines(
        self,
        charset: Charset,
        *,
        folded: Collection[Ref] = (),
        wanted: Collection[int] | None = None,
        reverse: bool = False,
        last_ones: Collection[int] = (),
        hidden: Collection[int] = (),
    ) -> list[TreeLine]:
        """The lines of the tree, with their guides.

        folded: whose children are left out. wanted: only these places and what is above them; folds do not count then.
        reverse: siblings in the opposite order. last_ones: places that come after their siblings. hidden: places that
        are left out with all below them.
        """
        branch, last, through, gap = charset.branch, charset.last, charset.through, charset.gap
        views, children = self.views, self.children
        shown = None if wanted is None else self.with_ancestors(wanted)
        top = [at for at, parent in enumerate(self.parents) if parent < 0 and (shown is None or at in shown)]

        def order(places: list[int]) -> list[int]:
            """Siblings from the last to the first, as a stack takes them."""
            ordered = places if reverse else places[::-1]
            if not last_ones:
                return ordered
            after = [at for at in ordered if at in last_ones and at not in hidden]
            return after + [at for at in ordered if at not in last_ones]

        stack = [(at, "", "") for at in order(top)]
        lines: list[TreeLine] = []
        while stack:
            at, guides, below = stack.pop()
            lines.append(TreeLine(at, guides, context=wanted is not None and at not in wanted))
            kids = children[at]
            if not kids or (shown is None and folded and views[at].ref in folded):
                continue
            if shown is not None:
                kids = [kid for kid in kids if kid in shown]
            # What lies lowest on the stack comes out last: it closes the branch.
            stack += [
                (kid, below + (branch if number else last), below + (through if number else gap))
                for number, kid in enumerate(order(kids))
            ]
        return lines


class SortMode(StrEnum):
    """The orders of the list. All but TREE are flat and show paths."""

    TREE = "tree"
    STATE = "state"
    AGE = "age"
    OUTPUTS = "outputs"
    CPU = "cpu"
    MEMORY = "memory"
    COST = "cost"
    NAME = "name"


Verdicts = Mapping[str, Verdict]
Needs = Mapping[str, Severity]
"""Who needs a person and how badly, by id."""
NO_NEEDS: Needs = {}


def verdict_of(verdicts: Verdicts, view: AgentView) -> Verdict:
    """The verdict on an agent; `unknown` where there is none."""
    return verdicts.get(view.id, NO_VERDICT)


def matching(
    views: tuple[AgentView, ...], verdicts: Verdicts, wanted: TreeFilter, needs: Needs = NO_NEEDS
) -> frozenset[int]:
    """The places of the agents of which all that a filter asks for is true. needs: who needs a person, by id."""
    return frozenset(
        at for at, view in enumerate(views) if wanted.matches(view, verdict_of(verdicts, view), needs.get(view.id))
    )


def worst_of(
    places: Collection[int], views: tuple[AgentView, ...], verdicts: Verdicts, needs: Needs = NO_NEEDS
) -> int | None:
    """The place of the one that needs a person most. needs: who needs one, by id."""

    def rank(at: int) -> tuple[int, int]:
        return need_rank(verdict_of(verdicts, views[at]), views[at], needs.get(views[at].id)), at

    return min(places, key=rank, default=None)


def in_order(
    places: Collection[int],
    views: tuple[AgentView, ...],
    verdicts: Verdicts,
    mode: SortMode,
    *,
    reverse: bool = False,
    needs: Needs = NO_NEEDS,
) -> list[int]:
    """The places in the order of a mode: worst first, oldest first, most outputs first, by name."""
    ordered = sorted(places)
    if mode is SortMode.STATE:
        ordered.sort(key=lambda at: _age(views[at], verdicts), reverse=True)
        ordered.sort(key=lambda at: need_rank(verdict_of(verdicts, views[at]), views[at], needs.get(views[at].id)))
    elif mode is SortMode.AGE:
        ordered.sort(key=lambda at: _age(views[at], verdicts), reverse=True)
    elif mode in _MOST_FIRST:
        figure = _MOST_FIRST[mode]
        ordered.sort(key=lambda at: figure(views[at]), reverse=True)
    elif mode is SortMode.NAME:
        ordered.sort(key=lambda at: (views[at].name, views[at].id))
    return ordered[::-1] if reverse else ordered


def outputs_of(view: AgentView) -> int:
    """Outputs as the engine counts them, or as the agent does where that is more."""
    last = view.progress.last
    counted = view.observed.outputs if view.spec is not None and view.spec.outputs else 0
    return max(counted, (last.outputs or 0) if last is not None else 0)


def _cpu(view: AgentView) -> float:
    return view.usage.cpu_percent if view.usage is not None else -1.0


def _memory(view: AgentView) -> float:
    return view.usage.rss_bytes if view.usage is not None else -1.0


def _cost(view: AgentView) -> float:
    """Where no price is known for what it used, it comes after those that cost something."""
    return view.cost_usd if view.cost_usd is not None else 0.0 if view.unpriced else -1.0


_MOST_FIRST: Mapping[SortMode, Callable[[AgentView], float]] = {
    SortMode.OUTPUTS: outputs_of,
    SortMode.CPU: _cpu,
    SortMode.MEMORY: _memory,
    SortMode.COST: _cost,
}


def _age(view: AgentView, verdicts: Verdicts) -> float:
    return verdict_of(verdicts, view).age or 0.0
