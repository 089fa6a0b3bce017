"""The audit log on the screen."""

import time

import pytest

from tests.support.swarms import NOW, full_id
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.cells import cells_width
from widgets.event_feed import RING, EventFeed, EventRow, clock_text, event_cells


def record(seq: int, agent: str = "scout", **fields: object) -> EventRow:
    values: dict[str, object] = {"at": NOW.wall, "actor": "operator", "verb": "spawn", "agent": full_id(agent)}
    return EventRow(seq, **{**values, **fields})  # type: ignore[arg-type]  # fields are named as EventRow names them


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def line(event: EventRow, width: int) -> str:
    return "".join(cell.text for cell in event_cells(event, width)).rstrip()


def test_a_record_says_when_what_whom_by_whom() -> None:
    assert line(record(1), 90) == "09:41 ✔ spawn       genesis-01/scout         by operator"


def test_a_refusal_carries_a_sign_and_its_code() -> None:
    refused = record(1, ok=False, code="no-slot", reason="all 10 are taken")
    assert line(refused, 90).endswith("by operator no-slot all 10 are taken")
    assert "✖" in line(refused, 90)


@pytest.mark.parametrize("width", [0, 1, 20, 39, 40, 60, 80, 160])
def test_a_record_takes_exactly_its_width(width: int) -> None:
    assert cells_width(event_cells(record(1, reason="x" * 300), width)) == width


def test_a_stamp_that_no_calendar_knows_is_left_blank() -> None:
    assert clock_text(None) == "     "
    assert clock_text(1e300) == "--:--"
    assert clock_text(float("nan")) == "--:--"


async def test_it_follows_while_the_cursor_is_on_the_last_record() -> None:
    feed = EventFeed()
    app = WidgetApp(feed)
    async with app.run_test(size=(90, 4), notifications=True) as pilot:
        feed.append_events(record(number) for number in range(10))
        assert feed.current is not None
        assert feed.current.seq == 9
        feed.action_cursor_up()
        feed.append_events([record(10)])
        assert feed.current.seq == 8
        feed.action_cursor_bottom()
        feed.append_events([record(11)])
        await pilot.pause()
        assert feed.current.seq == 11
        assert feed.scroll_offset.y == 8


async def test_it_can_speak_of_one_agent_and_those_below_it() -> None:
    feed = EventFeed()
    app = WidgetApp(feed)
    async with app.run_test(size=(90, 4), notifications=True) as pilot:
        feed.append_events([record(1, "idea-a"), record(2, "idea-a/worker-1"), record(3, "idea-ab"), record(4, "x")])
        feed.only_agent = full_id("idea-a")
        await pilot.pause()
        assert feed.line_count == 2
        feed.only_agent = ""
        assert feed.line_count == 4
        feed.set_events([])
        await pilot.pause()
        assert screen_lines(app)[0] == " nothing recorded yet"


async def test_it_keeps_a_bounded_number_of_records() -> None:
    feed = EventFeed()
    app = WidgetApp(feed)
    async with app.run_test(size=(90, 4), notifications=True):
        feed.append_events(record(number) for number in range(RING + 100))
        assert feed.line_count == RING


async def test_a_double_click_wants_the_agent() -> None:
    feed = EventFeed()
    app = WidgetApp(feed)
    async with app.run_test(size=(90, 4), notifications=True) as pilot:
        feed.append_events([record(1, "idea-a"), record(2)])
        await pilot.pause()
        await pilot.click(feed, offset=(20, 0), times=2)
        assert [message.event.seq for message in app.heard if isinstance(message, EventFeed.Picked)] == [1]
