"""Lists to choose from in dialogs."""

from tests.support.widget_app import WidgetApp, screen_lines
from widgets.cells import Cell
from widgets.charset import ASCII
from widgets.check_list import CheckList, CheckRow, PickList

ROWS = (
    CheckRow("head", (Cell("kill", "strong"),), fixed=True),
    CheckRow("a", (Cell("worker-1"),)),
    CheckRow("b", (Cell("worker-2"),)),
    CheckRow("c", (Cell("worker-3"),), ticked=False),
)


def key(rows: CheckList) -> str:
    return rows.current.key if rows.current is not None else ""


async def test_space_ticks_and_unticks_and_enter_applies() -> None:
    rows = CheckList(ROWS)
    app = WidgetApp(rows)
    async with app.run_test(size=(30, 6), notifications=True) as pilot:
        rows.focus()
        await pilot.press("space", "down", "space", "j", "j", "space")
        assert rows.ticked == ("b", "c")
        assert rows.unticked == {"a"}
        await pilot.press("enter")
        assert screen_lines(app)[:4] == [" ·  kill", "[ ] worker-1", "[✔] worker-2", "[✔] worker-3"]
        toggled = [(m.key, m.ticked) for m in app.heard if isinstance(m, CheckList.Toggled)]
        assert toggled == [("a", False), ("c", True)]
        assert len([m for m in app.heard if isinstance(m, CheckList.Applied)]) == 1


async def test_a_click_ticks() -> None:
    rows = CheckList(ROWS)
    app = WidgetApp(rows)
    async with app.run_test(size=(30, 6), notifications=True) as pilot:
        await pilot.click(rows, offset=(10, 2))
        assert rows.ticked == ("a",)
        await pilot.click(rows, offset=(10, 0))
        assert rows.ticked == ("a",)


async def test_without_rows_it_says_so_and_nothing_can_be_ticked() -> None:
    rows = CheckList()
    app = WidgetApp(rows)
    async with app.run_test(size=(30, 6), notifications=True) as pilot:
        rows.focus()
        await pilot.press("space")
        assert list(rows.ticked) == []
        assert screen_lines(app)[0] == " nothing"


async def test_one_row_is_picked_by_enter_or_a_double_click() -> None:
    rows = PickList(ROWS)
    app = WidgetApp(rows, charset=ASCII)
    async with app.run_test(size=(30, 6), notifications=True) as pilot:
        rows.focus()
        await pilot.press("enter", "down", "down")
        assert screen_lines(app)[2] == " >  worker-2"
        await pilot.press("enter")
        await pilot.click(rows, offset=(8, 3))
        await pilot.click(rows, offset=(8, 3), times=2)
        assert [m.key for m in app.heard if isinstance(m, PickList.Picked)] == ["b", "c"]


async def test_paging_stays_in_the_list() -> None:
    rows = CheckList(tuple(CheckRow(str(number), (Cell(f"row {number}"),)) for number in range(40)))
    app = WidgetApp(rows)
    async with app.run_test(size=(30, 6), notifications=True) as pilot:
        rows.focus()
        await pilot.press("pagedown", "ctrl+d", "G", "pageup", "ctrl+u", "g", "k", "up")
        assert rows.cursor_line == 0
        await pilot.press("end")
        assert rows.cursor_line == 39
        assert screen_lines(app)[5].startswith("[✔] row 39")
