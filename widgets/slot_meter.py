"""How much of its budget of slots an agent uses: `■■■□ 3/4`."""

from textual.reactive import reactive

from widgets.cells import Cell, Cells
from widgets.charset import UNICODE, Charset
from widgets.lines import CellLine, charset_of


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


class SlotMeter(CellLine):
    """The meter of one agent."""

    DEFAULT_CSS = """
    SlotMeter { height: 1; width: 1fr; }
    """

    used: reactive[int] = reactive(0)
    budget: reactive[int] = reactive(1)

    def update_meter(self, used: int, budget: int) -> None:
        """Show these figures."""
        self.used = used
        self.budget = budget

    def line_cells(self, y: int, width: int) -> Cells:
        del y
        return meter_cells(self.used, self.budget, charset_of(self), width=width)
