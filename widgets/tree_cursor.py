"""Where the cursor of the list stands after its lines were found anew: on its agent, or on whoever is nearest to it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from swarm.model.record import Ref
from widgets.tree_order import TreeIndex, TreeLine


class Place(NamedTuple):
    """Where an operator was before the list was narrowed."""

    cursor: Ref | None
    folded: frozenset[Ref]
    show_over: bool
    top: int
    """The first line in sight."""


class Lines(NamedTuple):
    """The lines of the list, and the line of each place that has one."""

    shown: Sequence[TreeLine]
    of: Mapping[int, int]

    @property
    def first_match(self) -> int:
        """The first line that is there for itself; 0 without one."""
        return next((number for number, line in enumerate(self.shown) if not line.context), 0)

    def match_at(self, at: int) -> int | None:
        """The line of a place; None where it has none, or only leads to a match."""
        line = self.of.get(at)
        return line if line is not None and not self.shown[line].context else None


def line_for(
    cursor: Ref | None, tree: TreeIndex, lines: Lines, before: Sequence[TreeLine], was: int, *, narrowed: bool
) -> tuple[int, str]:
    """The cursor's line, and why it is on another agent if it is: see `TreeState.reorder`.

    narrowed: some agents are left out, or the list is flat. Then an agent that hides goes to the next one that is
    shown for itself, never to one above it, with which a whole branch would be hit. before: the lines as they were.
    was: the cursor's line among them.
    """
    if cursor is None:
        return lines.first_match, "moved"
    at = tree.index.get(cursor.id)
    if at is not None:
        if at in lines.of:
            return lines.of[at], "respawned"
        for above in () if narrowed else tree.ancestors(at):
            if above in lines.of:
                return lines.of[above], "hidden"
    why = "hidden" if at is not None else "vanished"
    here = min(was, len(before) - 1)
    for number in (*range(here + 1, len(before)), *range(here - 1, -1, -1)):
        line = lines.match_at(before[number].at)
        if line is not None:
            return line, why
    return lines.first_match, why
