"""An agent as a row of cells: pure functions of view, verdict and time. Columns give way as the width falls."""

from typing import NamedTuple

from swarm.model.causes import Severity
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.state_words import ENDING
from widgets.agent_words import (
    AGEING,
    STATE_ROLES,
    age_text,
    bar,
    bar_level,
    doubt_cells,
    is_ending,
    is_unread,
    outputs_text,
    sentence_cells,
    slots_text,
    spawns,
    state_mark,
    state_word,
    unread_role,
    useful_cell,
)
from widgets.cells import (
    Cell,
    Cells,
    cells_width,
    coarse_duration,
    fit,
    fit_cells,
    fit_right,
    fit_tail,
    quote,
)
from widgets.charset import UNICODE, Charset
from widgets.found import mark_found
from widgets.need_words import fold_cells
from widgets.tree_filter import TreeFilter

NARROW, MIDDLE, WIDE = 50, 80, 110
"""Below NARROW a row has mark, name and age; below MIDDLE outputs or slots and the sentence; then the state's word."""
USEFUL = 4
"""The width of a usefulness: `100%`."""
_SHORTEST_NAME = 12


class Columns(NamedTuple):
    """The widths of a row's columns; 0 where one gave way. Between two columns lies one space."""

    total: int
    name: int
    word: int
    age: int
    bar: int
    outputs: int
    slots: int
    sentence: int
    useful: int = 0


class RowState(NamedTuple):
    """Where a row stands in its tree, and how it is marked."""

    guides: str = ""
    """The guide lines left of the mark, from `Charset`."""
    label: str = ""
    """What names the agent here: its name in a tree, its path in a flat list. '' is the name."""
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


def columns_for(width: int, longest: int = 999) -> Columns:
    """The columns of a row of so many cells (control-room.md, Tree). longest: what the longest name takes, guides and
    mark included; what it leaves is the sentence's."""
    if width < NARROW:
        age = 10 if width >= 34 else 6 if width >= 20 else 0
        name = max(0, width - 1 - (age + 1 if age else 0))
        return Columns(width, name, 0, age, 0, 0, 0, 0)
    if width < MIDDLE:
        name = min(18 + (width - NARROW) // 4, max(_SHORTEST_NAME, longest))
        return Columns(width, name, 0, 10, 5, 9, 0, max(0, width - 1 - name - 1 - 10 - 1 - 9 - 1))
    if width < WIDE:
        name = min(24 + (width - MIDDLE) // 3, max(_SHORTEST_NAME, longest))
        return Columns(width, name, 11, 11, 6, 10, 0, max(0, width - 1 - name - 1 - 11 - 1 - 11 - 1 - 10 - 1))
    name = min(34 + (width - WIDE) // 3, max(_SHORTEST_NAME, longest))
    rest = width - 1 - name - 1 - 11 - 1 - 12 - 1 - USEFUL - 1 - 12 - 1 - 11 - 1
    return Columns(width, name, 11, 12, 7, 12, 11, max(0, rest), USEFUL)


def row(
    view: AgentView,
    verdict: Verdict,
    now: Now,
    columns: Columns,
    state: RowState = RowState(),  # noqa: B008  (a NamedTuple is immutable)
    charset: Charset = UNICODE,
) -> Cells:
    """The cells of one agent, `columns.total` wide together."""
    role = "muted" if is_ending(view) else STATE_ROLES[verdict.state]
    cells: list[Cell] = [Cell(charset.mark if state.marked else " ", "accent")]
    if state.context:
        cells.extend(_name_cells(view, verdict, columns.name, state, charset))
        return fit_cells([Cell(cell.text, "muted") for cell in cells], columns.total, charset.cut)
    cells.extend(mark_found(_name_cells(view, verdict, columns.name, state, charset), state.found))
    if columns.word:
        word = Cell(fit(state_word(view, verdict, charset), columns.word, charset.cut), role)
        cells += (Cell(" "), *mark_found((word,), state.found, state=True))
    if columns.age:
        cells.append(Cell(" "))
        cells.extend(_age_cells(view, verdict, now, columns, role, charset))
    if columns.useful:
        useful = useful_cell(verdict)
        cells += (Cell(" "), Cell(fit_right(useful.text, columns.useful, charset.cut), useful.role))
    if columns.slots:
        cells += (Cell(" "), Cell(fit(outputs_text(view, columns.outputs), columns.outputs, charset.cut)))
        cells += (Cell(" "), _slots_cell(view, columns.slots, charset))
    elif columns.outputs:
        cells.append(Cell(" "))
        spawner = spawns(view)
        cells.append(
            _slots_cell(view, columns.outputs, charset)
            if spawner
            else Cell(fit(outputs_text(view, columns.outputs), columns.outputs, charset.cut))
        )
    if columns.sentence:
        cells.append(Cell(" "))
        doubt = () if columns.useful else doubt_cells(verdict)
        said = fit_cells((*doubt, *sentence_cells(view, verdict)), columns.sentence, charset.cut)
        cells.extend(mark_found(said, state.found))
    return fit_cells(cells, columns.total, charset.cut)


def mark_column(state: RowState, columns: Columns, charset: Charset = UNICODE) -> int:
    """Where the state's mark stands in a row: the column that a click folds."""
    return 1 + len(_guides(state.guides, columns.name, charset))


def _guides(guides: str, name_width: int, charset: Charset) -> str:
    room = max(2, name_width // 2)
    return guides if len(guides) <= room else charset.cut + guides[len(guides) - room + 1 :]


def _name_cells(view: AgentView, verdict: Verdict, width: int, state: RowState, charset: Charset) -> Cells:
    guides = _guides(state.guides, width, charset)
    mark = state_mark(view, verdict, root=state.root, charset=charset)
    tail: list[Cell] = []
    if state.folded:
        tail += fold_cells(state.folded, state.folded_needs, state.folded_worst, charset)
    if view.foreign and not view.ghost:
        tail.append(Cell(f" {charset.ghost}", "muted"))
    room = width - len(guides) - 2 - cells_width(tail)
    label = quote(state.label or view.name, 200)
    name = fit_tail(label, room, charset.cut) if state.label else fit(label, room, charset.cut)
    name_role = "strong" if verdict.state is Health.DONE and is_unread(view) else ""
    return fit_cells(
        (Cell(guides, "muted"), mark, Cell(" "), Cell(name.rstrip(), name_role), *tail), width, charset.cut
    )


def _age_cells(view: AgentView, verdict: Verdict, now: Now, columns: Columns, role: str, charset: Charset) -> Cells:
    text = age_text(view, verdict, now, charset)
    role = unread_role(verdict) or role
    level = bar_level(verdict) if columns.bar and not is_ending(view) else None
    if columns.word and text in (verdict.state.value, "investig.", ENDING):
        text = ""  # the word stands beside it already
    room = columns.age - columns.bar - 1 if columns.bar else 0
    if room and len(text) > room and verdict.state in AGEING:
        text = coarse_duration(verdict.age or 0.0)
    if level is None and verdict.state in AGEING and room:
        return (Cell(fit_right(text, room, charset.cut), role), Cell(" " * (columns.age - room)))
    if level is None:
        text = text if len(text) <= columns.age else text.removeprefix("unread ")
        return (Cell(fit(text, columns.age, charset.cut), role),)
    return (Cell(fit_right(text, room, charset.cut), role), Cell(" "), Cell(bar(level, columns.bar, charset), role))


def _slots_cell(view: AgentView, width: int, charset: Charset) -> Cell:
    role = "danger" if view.used > view.budget else "strong"
    return Cell(fit(slots_text(view, width), width, charset.cut), role)
