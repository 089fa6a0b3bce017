"""Lists of values: the cursor is on a value and not on a line, whatever comes and goes around it."""

from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.listed import ListedSession
from swarm.model.record import Alert
from swarm.model.results_inbox import ResultsEntry
from swarm.model.time import Now
from tests.support.swarms import NOW
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.alerts import Alerts
from widgets.cells import Cell, Cells
from widgets.results_list import ResultsList
from widgets.row_list import RowList
from widgets.session_list import SessionList


class Names(RowList[str]):
    """Names, each of which is one thing whatever is added to it behind a colon."""

    def row_cells(self, row: str, width: int) -> Cells:
        del width
        return (Cell(row),)

    def identity(self, row: str) -> Hashable:
        return row.partition(":")[0]


async def test_the_cursor_stays_on_its_row_and_the_row_where_it_is_on_the_screen() -> None:
    names = Names()
    app = WidgetApp(names)
    async with app.run_test(size=(20, 6)) as pilot:
        names.set_rows([f"row{number}" for number in range(30)])
        await pilot.pause()
        names.move_cursor(12)
        await pilot.pause()
        at = screen_lines(app).index("row12")
        names.set_rows(["new1", "new2", *(f"row{number}:changed" for number in range(30) if number != 3)])
        await pilot.pause()
        assert names.current == "row12:changed"
        assert screen_lines(app).index("row12:changed") == at
        names.set_rows(["row11", "row14", "row15"])
        assert names.current == "row14", "the next one that was below it and is still there"
        names.set_rows(["row2", "row9"])
        assert names.current == "row9", "at the end, the last one"
        names.set_rows([])
        assert names.cursor_line == 0
        names.set_rows(["one"])
        assert names.current == "one"


rows = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@given(rows, rows, st.integers(0, 7))
def test_whatever_comes_and_goes_the_cursor_is_on_what_it_was_on_or_beside_it(
    before: list[str], after: list[str], line: int
) -> None:
    names = Names()
    names.set_rows(before)
    names.set_reactive(RowList.cursor_line, max(0, min(line, len(before) - 1)))
    was = names.current
    names.set_rows(after)
    if was in after:
        assert names.current == was
    assert (names.current is None) == (not after)


def entry(agent: str, spawn_id: str = "s-1") -> ResultsEntry:
    return ResultsEntry(agent, spawn_id, "worker", Health.DONE, "", None)


def session(key: str) -> ListedSession:
    return ListedSession("claude", key, started_at=NOW.wall)


def alert(agent: str) -> Alert:
    return Alert(agent, AlertCause.LOOPING, "it goes round")


@pytest.mark.parametrize("kind", ["results", "alerts", "sessions"])
async def test_every_list_keeps_what_is_under_its_cursor(kind: str) -> None:
    inbox, alerts, sessions = ResultsList("root", 0.0), Alerts(), SessionList(0.0)
    shown: Any = {"results": inbox, "alerts": alerts, "sessions": sessions}[kind]

    def show(*names: str) -> None:
        inbox.set_entries([entry(name) for name in names], 0.0)
        alerts.update_alerts(tuple(alert(name) for name in names), Now(0.0, 0.0))
        sessions.set_sessions([session(name) for name in names])

    app = WidgetApp(inbox, alerts, sessions)
    async with app.run_test(size=(60, 24)):
        show("b", "c", "d")
        shown.move_cursor(1)
        before = shown.current
        show("a", "b", "c", "d")
        assert shown.current == before
        show("a", "d")
        assert shown.cursor_line == 1, "the one below it, which is still there"
