"""Marks in a row the letters that a filter found."""

from collections.abc import Iterable

from widgets.cells import Cell, Cells
from widgets.tree_filter import TreeFilter

ROLE = "found"


def mark_found(cells: Iterable[Cell], wanted: TreeFilter, *, state: bool = False) -> Cells:
    """The same cells, with what was looked for in cells of its own. state: they hold the word of the agent's state,
    which was found as a whole where a state was asked for."""
    if not wanted.narrows:
        return tuple(cells)
    return tuple(part for cell in cells for part in _marked(cell, wanted, state=state))


def _marked(cell: Cell, wanted: TreeFilter, *, state: bool) -> Iterable[Cell]:
    text = cell.text
    whole = state and wanted.names_state
    done = 0
    for start, end in ((0, len(text.rstrip())),) if whole else wanted.spans(text):
        if start > done:
            yield Cell(text[done:start], cell.role)
        yield Cell(text[start:end], ROLE)
        done = end
    if done < len(text):
        yield Cell(text[done:], cell.role)
