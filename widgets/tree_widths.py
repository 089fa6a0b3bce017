"""What names and figures of a tree of agents take: the part of the columns' widths that the ids decide."""

from typing import NamedTuple

from widgets.cells import short_id, width_of
from widgets.tree_order import TreeIndex

_MARK = 2
"""The state's mark and the space after it."""


class TreeWidths(NamedTuple):
    """In columns, of the widest of all agents, whether it is folded away or not."""

    name: int = 0
    """With guides, mark, and the signs of a fold where it has something below it."""
    path: int = 0
    """The same in a flat list."""
    figures: int = 2
    """Digits of the largest budget of slots."""


def widths_of(tree: TreeIndex, root: str) -> TreeWidths:
    """The widths of a tree, looked for once for each set of agents."""
    name = path = budget = 0
    depths: list[int] = []
    for at, view in enumerate(tree.views):  # parents come before children
        depths.append(depths[tree.parents[at]] + 1 if tree.parents[at] >= 0 else 0)
        if view.inner is not None:
            continue  # what a sub-agent is called is a sentence, which comes and goes; its row says it anyway
        fold = 2 * (2 + len(str(tree.sizes[at] - 1))) if tree.children[at] else 0
        sign = 2 if view.foreign and not view.ghost else 0
        name = max(name, 2 * depths[at] + _MARK + width_of(view.name) + fold + sign)
        path = max(path, _MARK + width_of(short_id(view.id, root)) + sign)
        budget = max(budget, view.budget)
    return TreeWidths(name, path, max(2, len(str(budget))))
