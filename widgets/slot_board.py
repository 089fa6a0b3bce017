"""A cell a slot: coloured by role, hollow where committed and unused, hatched where reserved, and the figures."""

from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.reactive import reactive

from swarm.model.snapshot import Slots
from widgets.cells import Cell, Cells, cells_width, fit_cells, quote, slot_role, width_of
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of

LONGEST_NAME = 20


class SlotGroup(NamedTuple):
    """The slots that one top-level agent has committed."""

    agent: str
    role: str
    used: int
    committed: int


def groups_of(slots: Slots) -> tuple[SlotGroup, ...]:
    """The committed slots by top-level agent, in the order of the board."""
    counts: dict[tuple[str, str], list[int]] = {}
    for agent, role, used in slots.cells:
        count = counts.setdefault((agent, role), [0, 0])
        count[0] += used
        count[1] += 1
    return tuple(SlotGroup(agent, role, used, committed) for (agent, role), (used, committed) in counts.items())


def figures_cells(slots: Slots, *, short: bool = False) -> Cells:
    """`10/12 committed  8 used  0 free`, what is kept for roles, and by how much it is over; `short`: fewer words."""
    over = slots.committed - slots.max
    free_role = "good" if slots.free > 0 else "warning"
    committed = f"{slots.committed}/{slots.max}" + ("" if short else " committed")
    cells = [
        Cell(committed, "danger" if over > 0 else "strong"),
        Cell(f"  {slots.used} used", "danger" if slots.used > slots.max else ""),
        Cell("  "),
        Cell(f"{slots.free} free", free_role),
    ]
    if slots.kept:
        cells.append(Cell(f"  {sum(slots.kept.values())} kept", "muted"))
    if over > 0:
        cells.append(Cell(f"  over by {over}", "danger"))
    return tuple(cells)


def board_cells(slots: Slots, width: int, charset: Charset = UNICODE) -> tuple[Cells, tuple[tuple[int, int, str], ...]]:
    """The cells of the board, and where each agent's group lies: (first column, column after the last, agent id).

    As the width falls, names go, whole ones and those of the smallest groups first: the beginning of a name
    does not identify an agent. Then the signs become figures, then only the sums are left.
    """
    groups = groups_of(slots)
    full, short = figures_cells(slots), figures_cells(slots, short=True)
    for figures, signs, partly in (
        (full, True, False),
        (short, True, False),
        (short, True, True),
        (full, False, False),
    ):
        room = width - cells_width(figures) - 2
        names = _names(groups, room - cells_width(_line(slots, groups, {}, charset)[0]), charset) if signs else {}
        if signs and not partly and len(names) < len(groups):
            continue
        for word in (True, False) if len(names) == len(groups) else (False,):
            cells, spans = _line(slots, groups, names, charset, word=word, signs=signs)
            gap = room - cells_width(cells) + 1
            if gap >= 1:
                return (*cells, Cell(" " * gap), *figures, Cell(" ")), spans
    return fit_cells((Cell(" "), *full), width, charset.cut), ()


def _names(groups: tuple[SlotGroup, ...], room: int, charset: Charset) -> dict[str, str]:
    """The names that fit into so many columns, by agent: of the largest groups first."""
    names: dict[str, str] = {}
    for group in sorted(groups, key=lambda group: -group.committed):
        name = _name(group, charset)
        if width_of(name) + 1 <= room:
            names[group.agent] = name
            room -= width_of(name) + 1
    return names


def _name(group: SlotGroup, charset: Charset) -> str:
    """A group's name; of a long one the beginning and the end, which differ among siblings."""
    name = quote(group.agent.rpartition("/")[2], 64)
    half = LONGEST_NAME // 2
    return name if width_of(name) <= LONGEST_NAME else name[: half - 1].rstrip() + charset.cut + name[-half:].lstrip()


def _line(
    slots: Slots,
    groups: tuple[SlotGroup, ...],
    names: dict[str, str],
    charset: Charset,
    *,
    word: bool = False,
    signs: bool = True,
) -> tuple[list[Cell], tuple[tuple[int, int, str], ...]]:
    """The board left of its sums; `word` says of the reserve that it is one."""
    cells: list[Cell] = [Cell(" slots ", "muted")]
    spans: list[tuple[int, int, str]] = []
    for group in groups:
        start = cells_width(cells)
        cells += _group_cells(group, names.get(group.agent, ""), charset, signs=signs)
        spans.append((start, cells_width(cells), group.agent))
    cells += _rest_cells(slots, charset, word=word, signs=signs)
    return cells, tuple(spans)


def _group_cells(group: SlotGroup, name: str, charset: Charset, *, signs: bool) -> list[Cell]:
    role = slot_role(group.role)
    if not signs:
        return [Cell(f"{_name(group, charset)} ", role), Cell(f"{group.used}/{group.committed}  ")]
    cells = [
        Cell(charset.slot_used * group.used, role),
        Cell(charset.slot_hollow * (group.committed - group.used), role),
    ]
    return [cell for cell in cells if cell.text] + [Cell(f" {name} " if name else " ")]


def _rest_cells(slots: Slots, charset: Charset, *, word: bool, signs: bool) -> list[Cell]:
    cells: list[Cell] = []
    reserve_left = max(0, min(slots.reserve, slots.max - slots.committed))
    if signs and slots.free > 0:
        cells += [Cell(charset.slot_free * slots.free, "muted"), Cell(" ")]
    if signs:
        cells += [Cell(charset.slot_free * count, slot_role(role)) for role, count in slots.kept.items()]
        cells += [Cell(" ")] if slots.kept else []
    if reserve_left:
        cells.append(Cell(charset.slot_reserve * reserve_left if signs else f"reserve {reserve_left}", "muted"))
        cells.append(Cell(" reserve " if word and signs else " ", "muted"))
    return cells


class SlotBoard(CellLine):
    """The slots of the swarm in one line."""

    DEFAULT_CSS = """
    SlotBoard { height: 1; }
    """

    slots: reactive[Slots | None] = reactive(None)

    class Picked(Message):
        """An agent's slots were clicked."""

        def __init__(self, agent_id: str) -> None:
            super().__init__()
            self.agent_id = agent_id

    def line_cells(self, y: int, width: int) -> Cells:
        del y
        return board_cells(self.slots, width, charset_of(self))[0] if self.slots is not None else ()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self.slots is None:
            return
        for start, end, agent_id in board_cells(self.slots, self.size.width, charset_of(self))[1]:
            if start <= offset.x < end:
                event.stop()
                self.post_message(self.Picked(agent_id))


def meter_cells(used: int, budget: int, charset: Charset = UNICODE, *, width: int = 40) -> Cells:
    """A sign a slot, and the figures; figures alone where the signs have no room. What is over the budget is marked."""
    over = max(0, used - budget)
    role = "danger" if over else "strong"
    figures = Cell(f"{used}/{budget}", role)
    if max(used, budget) + 8 > width:
        return (Cell("slots "), figures)
    signs = [
        Cell(charset.slot_used * min(used, budget), "accent"),
        Cell(charset.slot_hollow * max(0, budget - used), "muted"),
    ]
    if over:
        signs.append(Cell(charset.slot_over * over, "danger"))
    return (
        *(sign for sign in signs if sign.text),
        Cell(" "),
        figures,
        *((Cell(f" over by {over}", "danger"),) if over else ()),
    )
