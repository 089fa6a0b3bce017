"""The audit log on the screen."""

import time

import pytest

from tests.support.swarms import NOW, full_id
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.cells import cells_width, clock_text
from widgets.event_feed import EventFeed, EventRow, event_cells


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


async def test_the_newest_record_is_the_one_in_sight() -> None:
    feed = EventFeed()
    app = WidgetApp(feed)
    async with app.run_test(size=(90, 4), notifications=True) as pilot:
        assert screen_lines(app)[0] == " nothing recorded yet"
        feed.set_events(record(number) for number in range(12))
        await pilot.pause()
        assert feed.current is not None
        assert feed.current.seq == 11
        assert feed.scroll_offset.y == 8


async def test_a_double_click_wants_the_agent() -> None:
    feed = EventFeed()
    app = WidgetApp(feed)
    async with app.run_test(size=(90, 4), notifications=True) as pilot:
        feed.set_events([record(1, "idea-a"), record(2)])
        await pilot.pause()
        await pilot.click(feed, offset=(20, 0), times=2)
        assert [message.event.seq for message in app.heard if isinstance(message, EventFeed.Picked)] == [1]
