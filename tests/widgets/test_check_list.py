"""Lists to choose from in dialogs."""

import pytest

from tests.support.widget_app import WidgetApp, screen_lines, screen_text
from widgets.answer import Answer
from widgets.cells import Cell
from widgets.check_list import CheckList, CheckRow, TickDialog

ROWS = (
    CheckRow("head", (Cell("kill", "strong"),), fixed=True),
    CheckRow("a", (Cell("worker-1"),)),
    CheckRow("b", (Cell("worker-2"),)),
    CheckRow("c", (Cell("worker-3"),), ticked=False),
)


class WhomToEnd(TickDialog[tuple[str, ...] | None]):
    """Dismissed with what is ticked."""

    def answers(self) -> tuple[Answer, ...]:
        return Answer("No", "n", id="no"), Answer("End", "y", id="yes")

    def action_yes(self) -> None:
        self.dismiss(self.rows.ticked)


@pytest.mark.parametrize(
    ("keys", "answer"), [(["y"], ("b", "c")), (["enter"], None), (["right", "enter"], ("b", "c")), (["n"], None)]
)
async def test_keys_move_and_tick_in_the_rows_while_the_focus_stays_with_the_answers(
    keys: list[str], answer: tuple[str, ...] | None
) -> None:
    app = WidgetApp()
    answers: list[tuple[str, ...] | None] = []
    dialog = WhomToEnd("End whom?", ROWS)
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await app.push_screen(dialog, answers.append)
        await pilot.press("space", "down", "space", "j", "j", "space")
        assert dialog.rows.ticked == ("b", "c")
        assert dialog.rows.unticked == {"a"}
        assert "> No  n < [ End  y ]" in screen_text(app)
        for line in (" ·  kill", "[ ] worker-1", "[✔] worker-2", "[✔] worker-3"):
            assert line in screen_text(app)
        await pilot.press(*keys)
        await pilot.pause()
        assert answers == [answer]


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
        await pilot.pause()
        rows.action_tick()
        assert list(rows.ticked) == []
        assert screen_lines(app)[0] == " nothing"


async def test_paging_stays_in_the_list() -> None:
    app = WidgetApp()
    dialog = WhomToEnd("End whom?", tuple(CheckRow(str(number), (Cell(f"row {number}"),)) for number in range(40)))
    async with app.run_test(size=(30, 12), notifications=True) as pilot:
        await app.push_screen(dialog)
        await pilot.press("pagedown", "ctrl+d", "G", "pageup", "ctrl+u", "g", "k", "up")
        assert dialog.rows.cursor_line == 0
        await pilot.press("end")
        assert dialog.rows.cursor_line == 39
        assert "[✔] row 39" in screen_text(app)
