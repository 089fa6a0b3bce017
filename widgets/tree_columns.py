"""The columns of a list of agents: which stand there at which width, how wide, under which heading.

Widths follow from the window and the ids alone, so that nothing moves sideways while values change.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from widgets.cells import Cell, Cells, fit, fit_cells, fit_right
from widgets.charset import UNICODE, Charset


class Column(StrEnum):
    """What can stand beside an agent's name. The order is that of the screen."""

    STATE = "state"
    AGE = "age"
    LIMIT = "limit"
    """How far its silence has gone towards its end, as a bar."""
    USEFUL = "useful"
    OUTPUTS = "outputs"
    SLOTS = "slots"
    CPU = "cpu"
    MEMORY = "memory"
    COST = "cost"
    SAYS = "says"


ALL: tuple[Column, ...] = tuple(Column)
NARROW = 50
"""Below so many columns a row has mark, name, what the list is sorted by, and age."""
_WORDS_FROM = 60
"""From so many columns on, the state's word and the reason stand in every row, whatever the names take."""
WIDTHS = {
    Column.STATE: 11,
    Column.AGE: 5,
    Column.LIMIT: 6,
    Column.USEFUL: 6,
    Column.OUTPUTS: 10,
    Column.SLOTS: 5,
    Column.CPU: 5,
    Column.MEMORY: 8,
    Column.COST: 7,
}
"""Of every column but the sentence, which takes what is left; of the slots at least."""
_AGE_AND_WORD = 10
"""Of the age where no column has the state's word, so that it stands there."""
_SHORTEST_NAME, _LEAST_SAID = 12, 20
_ROOM_LEFT = {
    Column.STATE: _LEAST_SAID,
    Column.AGE: 16,
    Column.OUTPUTS: 30,
    Column.SLOTS: 30,
    Column.LIMIT: 36,
    Column.USEFUL: 38,
    Column.COST: 40,
    Column.CPU: 40,
    Column.MEMORY: 40,
}
"""What a column must leave for the sentence to stand there at all. The most important come first."""
_TO_THE_RIGHT = frozenset({Column.AGE, Column.USEFUL, Column.CPU, Column.MEMORY, Column.COST})
_SAYS_LONG = "says, or why it is not well"


class Columns(NamedTuple):
    """The widths of a row's columns. Between two columns lies one space."""

    total: int
    name: int
    parts: tuple[tuple[Column, int], ...]
    """From left to right, without the name."""

    def has(self, column: Column) -> bool:
        """Whether it stands there."""
        return any(part is column for part, _ in self.parts)

    def at(self, x: int) -> Column | None:
        """The column at a place of a line; None where that is the name."""
        left = 1 + self.name
        for column, width in self.parts:
            if x < left:
                return None
            left += 1 + width
            if x < left:
                return column
        return None


def columns_for(
    width: int,
    longest: int = 999,
    *,
    wanted: Sequence[Column] = ALL,
    needed: Column | None = None,
    figures: int = 2,
) -> Columns:
    """The columns of a row of so many cells.

    longest: what the longest name takes, guides and mark included. wanted: the columns to choose from, in their order.
    needed: the one that the list is sorted by; it comes before all but the state. figures: digits of the most slots.
    """
    if width < NARROW:
        return _narrow(width, needed, figures)
    chosen: dict[Column, int] = {}
    says = Column.SAYS in wanted
    least = 1 + _LEAST_SAID if says else 0
    if Column.STATE in wanted and width >= _WORDS_FROM:
        chosen[Column.STATE] = WIDTHS[Column.STATE]
    if needed is not None and needed not in chosen:
        chosen[needed] = _width(needed, chosen, figures)
    room = width - 1 - sum(1 + each for each in chosen.values())
    name = min(max(_SHORTEST_NAME, longest), max(_SHORTEST_NAME, room - least))
    room -= name
    for column, left in _ROOM_LEFT.items():
        takes = 1 + _width(column, chosen, figures)
        if column in wanted and column not in chosen and room - takes >= (1 + left if says else 0):
            chosen[column] = takes - 1
            room -= takes
    if says and room > 1:
        chosen[Column.SAYS] = room - 1
    else:
        name += room
    return Columns(width, name, _in_order(chosen, wanted))


def _narrow(width: int, needed: Column | None, figures: int) -> Columns:
    chosen: list[tuple[Column, int]] = []
    room = max(0, width - 1)
    if needed is not None and needed is not Column.AGE and room > (takes := _width(needed, (), figures)) + 1:
        chosen.append((needed, takes))
        room -= 1 + takes
    if age := 10 if room >= 33 else 6 if room >= 19 else 0:
        chosen.append((Column.AGE, age))
        room -= 1 + age
    return Columns(width, room, tuple(sorted(chosen, key=lambda part: ALL.index(part[0]))))


def _width(column: Column, chosen: Collection[Column], figures: int) -> int:
    if column is Column.SLOTS:
        return max(WIDTHS[column], 2 * figures + 1)
    if column is Column.AGE and Column.STATE not in chosen:
        return _AGE_AND_WORD
    return WIDTHS[column]


def _in_order(chosen: dict[Column, int], wanted: Sequence[Column]) -> tuple[tuple[Column, int], ...]:
    """As the operator wants them; the sentence is last, because it takes what is left."""
    order = [*wanted, *(column for column in chosen if column not in wanted)]
    return tuple(
        (column, chosen[column]) for column in sorted(chosen, key=lambda c: (c is Column.SAYS, order.index(c)))
    )


def headings(columns: Columns, name: str, arrows: dict[str, str], charset: Charset = UNICODE) -> Cells:
    """The line above the rows. name: what stands over the names. arrows: by heading, the sign of how it sorts."""
    cells: list[Cell] = [Cell(" ")]
    cells += _heading(name, name, columns.name, arrows, charset)
    for column, width in columns.parts:
        cells.append(Cell(" "))
        said = _SAYS_LONG if column is Column.SAYS and width >= len(_SAYS_LONG) else column.value
        cells += _heading(column.value, said, width, arrows, charset, right=column in _TO_THE_RIGHT and width < 10)
    return fit_cells(cells, columns.total, charset.cut)


def _heading(
    key: str, said: str, width: int, arrows: dict[str, str], charset: Charset, *, right: bool = False
) -> tuple[Cell, ...]:
    arrow = arrows.get(key, "")
    if len(said) + len(arrow) > width:
        said = fit(said, max(0, width - len(arrow)), charset.cut)  # which way round it is sorted is seen in any case
    text = (fit_right if right else fit)(f"{said}{arrow}", width, charset.cut)
    return (Cell(text, "strong" if arrow else "muted"),)
