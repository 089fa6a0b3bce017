"""How the list of agents is laid out at one width: its columns, its headings, and the names that must be cut."""

from collections import defaultdict
from collections.abc import Sequence

from widgets.agent_row import name_room
from widgets.cells import Cells, width_of
from widgets.short_names import short_names
from widgets.tree_columns import Column, Columns, columns_for, headings
from widgets.tree_order import SortMode, TreeLine
from widgets.tree_state import TreeState

_SORTED_BY = {SortMode(column.value): column for column in Column if column.value in list(SortMode)}
"""The columns that a list can be sorted by; names and the tree stand in none."""


class TreeLayout:
    """Worked out anew where width, columns or lines are others; drawing a line only looks things up."""

    def __init__(self) -> None:
        self.columns = columns_for(0)
        self._of: tuple[object, ...] = ()
        self._lines: list[TreeLine] = []
        self._short: dict[int, str] = {}

    def fit(self, state: TreeState, width: int, wanted: Sequence[Column]) -> None:
        """Lay the list out for so many cells."""
        of = (width, state.longest, state.flat, state.order, tuple(wanted), state.charset)
        if of == self._of and state.lines is self._lines:
            return
        if of != self._of:
            longest = state.longest.path if state.flat else state.longest.name
            needed = _SORTED_BY.get(state.order)
            figures = state.longest.figures
            self.columns = columns_for(width, longest, wanted=wanted, needed=needed, figures=figures)
        self._of, self._lines = of, state.lines
        self._short = _cut_names(state, self.columns)

    def short_name(self, line: int) -> str:
        """What stands for the name on a line that has no room for it; '' where it has."""
        return self._short.get(line, "")

    def headings(self, state: TreeState) -> Cells:
        """The heading line; the sorted column is marked in it."""
        charset, order = state.charset, state.order
        arrow = charset.up if state.reverse else charset.down
        name = "path" if state.flat else "agent"
        if order is SortMode.TREE:
            arrows = {name: arrow} if state.reverse else {}
        else:
            arrows = {_SORTED_BY[order].value if order in _SORTED_BY else name: arrow}
        return headings(self.columns, name, arrows, charset)

    def mode_at(self, x: int) -> SortMode | None:
        """The order that the heading at a place stands for; None where a list is not sorted by that."""
        column = self.columns.at(x)
        if column is None:
            return SortMode.NAME
        return next((mode for mode, by in _SORTED_BY.items() if by is column), None)


def _cut_names(state: TreeState, columns: Columns) -> dict[int, str]:
    """By line, names that do not fit: cut in their middle, and told apart from all that have as much room."""
    by_room: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for number, line in enumerate(state.lines):
        label = state.label_at(line.at, flat=line.flat)
        room = columns.name - 2 - len(line.guides)
        if width_of(label) > room or state.tree.children[line.at]:
            place = state.row_state(number)
            room = name_room(state.view_at(number), columns.name, place, state.charset)
        by_room[room].append((number, label))
    short: dict[int, str] = {}
    for room, placed in by_room.items():
        if any(width_of(label) > room for _, label in placed):
            told = short_names((label for _, label in placed), room, state.charset.cut)
            short |= {number: told[label] for number, label in placed if told[label] != label}
    return short
