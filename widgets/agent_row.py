"""An agent as a row of cells: pure functions of view, verdict and time. Columns give way as the width falls."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from swarm.model.causes import Severity
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from widgets.agent_figures import age_figure, cost_cell, cpu_cell, memory_cell
from widgets.agent_sentence import sentence_cells
from widgets.agent_words import (
    age_text,
    bar,
    bar_level,
    doubt_cells,
    is_ending,
    is_unread,
    outputs_text,
    slots_text,
    state_mark,
    state_role,
    state_word,
    unread_role,
    useful_cell,
)
from widgets.cells import Cell, Cells, cells_width, fit, fit_cells, fit_right, quote
from widgets.charset import UNICODE, Charset
from widgets.found import mark_found
from widgets.need_words import fold_cells
from widgets.short_names import fit_middle
from widgets.tree_columns import Column, Columns
from widgets.tree_filter import TreeFilter


class RowState(NamedTuple):
    """Where a row stands in its tree, and how it is marked."""

    guides: str = ""
    """The guide lines left of the mark, from `Charset`."""
    label: str = ""
    """What names the agent here: its name in a tree, its path in a flat list. '' is the name."""
    short: str = ""
    """What stands for that where it has no room, told apart from the other rows; '' where it has."""
    marked: bool = False
    folded: int = 0
    """How many agents are folded away below it."""
    folded_needs: int = 0
    """How many of them need a person."""
    folded_worst: Severity | None = None
    """How badly the worst of these does."""
    root: bool = False
    context: bool = False
    """It is shown only because something below it matches the filter: it says no more than its name."""
    found: TreeFilter = TreeFilter()
    """What is looked for: the letters that were found are marked."""


def row(
    view: AgentView,
    verdict: Verdict,
    now: Now,
    columns: Columns,
    state: RowState = RowState(),  # noqa: B008  (a NamedTuple is immutable)
    charset: Charset = UNICODE,
) -> Cells:
    """The cells of one agent, `columns.total` wide together."""
    role = "muted" if is_ending(view) else state_role(verdict)
    cells: list[Cell] = [Cell(charset.mark if state.marked else " ", "accent")]
    if state.context:
        cells.extend(_name_cells(view, verdict, columns.name, state, charset))
        return fit_cells([Cell(cell.text, "muted") for cell in cells], columns.total, charset.cut)
    cells.extend(mark_found(_name_cells(view, verdict, columns.name, state, charset), state.found))
    drawn = _Drawn(view, verdict, now, columns, role, charset)
    for column, width in columns.parts:
        cells.append(Cell(" "))
        if column is Column.SAYS:
            doubt = () if columns.has(Column.USEFUL) else doubt_cells(verdict)
            said = fit_cells((*doubt, *sentence_cells(view, verdict, charset)), width, charset.cut)
            cells.extend(mark_found(said, state.found))
        else:
            cell = _DRAWN[column](drawn, width)
            cells.extend(mark_found((cell,), state.found, state=True) if column is Column.STATE else (cell,))
    return fit_cells(cells, columns.total, charset.cut)


class _Drawn(NamedTuple):
    """What the columns of one row are drawn from."""

    view: AgentView
    verdict: Verdict
    now: Now
    columns: Columns
    role: str
    """Of the colour of its state."""
    charset: Charset


def _state_cell(drawn: _Drawn, width: int) -> Cell:
    return Cell(fit(state_word(drawn.view, drawn.verdict, drawn.charset), width, drawn.charset.cut), drawn.role)


def _age_cell(drawn: _Drawn, width: int) -> Cell:
    view, verdict, charset = drawn.view, drawn.verdict, drawn.charset
    role = unread_role(verdict) or drawn.role
    if drawn.columns.has(Column.STATE):
        return Cell(fit_right(age_figure(view, verdict, drawn.now), width, charset.cut), role)
    text = age_text(view, verdict, drawn.now, charset)
    return Cell(fit(text if len(text) <= width else text.removeprefix("unread "), width, charset.cut), role)


def _limit_cell(drawn: _Drawn, width: int) -> Cell:
    level = None if is_ending(drawn.view) else bar_level(drawn.verdict)
    return Cell(bar(level, width, drawn.charset) if level is not None else " " * width, drawn.role)


def _outputs_cell(drawn: _Drawn, width: int) -> Cell:
    return Cell(fit(outputs_text(drawn.view, width), width, drawn.charset.cut))


def _slots_cell(drawn: _Drawn, width: int) -> Cell:
    over = drawn.view.used > drawn.view.budget
    return Cell(fit(slots_text(drawn.view, width), width, drawn.charset.cut), "danger" if over else "strong")


def _right(cell: Cell, width: int, charset: Charset) -> Cell:
    return Cell(fit_right(cell.text, width, charset.cut), cell.role)


_DRAWN: Mapping[Column, Callable[[_Drawn, int], Cell]] = {
    Column.STATE: _state_cell,
    Column.AGE: _age_cell,
    Column.LIMIT: _limit_cell,
    Column.USEFUL: lambda drawn, width: _right(useful_cell(drawn.verdict), width, drawn.charset),
    Column.OUTPUTS: _outputs_cell,
    Column.SLOTS: _slots_cell,
    Column.CPU: lambda drawn, width: _right(cpu_cell(drawn.view), width, drawn.charset),
    Column.MEMORY: lambda drawn, width: _right(memory_cell(drawn.view), width, drawn.charset),
    Column.COST: lambda drawn, width: _right(cost_cell(drawn.view), width, drawn.charset),
}
"""How each column but the sentence is drawn, in so many cells."""


def mark_column(state: RowState, columns: Columns, charset: Charset = UNICODE) -> int:
    """Where the state's mark stands in a row: the column that a click folds."""
    return 1 + len(_guides(state.guides, columns.name, charset))


def _guides(guides: str, name_width: int, charset: Charset) -> str:
    room = max(2, name_width // 2)
    return guides if len(guides) <= room else charset.cut + guides[len(guides) - room + 1 :]


def name_room(view: AgentView, width: int, state: RowState, charset: Charset = UNICODE) -> int:
    """The columns that are left for a name beside guides, mark, fold and sign of what is foreign."""
    taken = len(_guides(state.guides, width, charset)) + 2 + cells_width(_after_name(view, state, charset))
    return max(0, width - taken)


def _after_name(view: AgentView, state: RowState, charset: Charset) -> list[Cell]:
    cells: list[Cell] = []
    if state.folded:
        cells += fold_cells(state.folded, state.folded_needs, state.folded_worst, charset)
    if view.foreign and not view.ghost:
        cells.append(Cell(f" {charset.ghost}", "muted"))
    return cells


def _name_cells(view: AgentView, verdict: Verdict, width: int, state: RowState, charset: Charset) -> Cells:
    guides = _guides(state.guides, width, charset)
    mark = state_mark(view, verdict, root=state.root, charset=charset)
    label = quote(state.short or state.label or view.name, 200)
    name = fit_middle(label, name_room(view, width, state, charset), charset.cut)
    name_role = "strong" if verdict.state is Health.DONE and is_unread(view) else ""
    cells = (Cell(guides, "muted"), mark, Cell(" "), Cell(name, name_role), *_after_name(view, state, charset))
    return fit_cells(cells, width, charset.cut)
