"""The alerts panel."""

import pytest

from swarm.model.causes import AlertCause
from swarm.model.record import Alert
from swarm.model.time import Now
from swarm.model.values import replace
from tests.support.swarms import MINUTE, NOW, big_example, full_id
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.alerts import Alerts, alert_cells, in_order
from widgets.cells import cells_width

SILENT = Alert(
    full_id("idea-a/worker-2"), AlertCause.INVESTIGATE, "silent 31m", "s1", NOW.wall - 9 * MINUTE, NOW.wall - MINUTE
)
INJECTED = replace(SILENT, agent=full_id("scout"), cause=AlertCause.INJECTION, text='"ignore previous"', count=4)
ACKED = replace(SILENT, cause=AlertCause.FAILED, acked_at=NOW.wall, acked_by="operator", last_at=NOW.wall)
SWARM = replace(SILENT, agent="", cause=AlertCause("disk"), text="the disk is full", last_at=NOW.wall - 2 * MINUTE)


def line(alert: Alert, width: int) -> str:
    return "".join(cell.text for cell in alert_cells(alert, NOW, width, root="genesis-01")).rstrip()


def test_an_alert_has_age_cause_agent_and_text() -> None:
    assert line(SILENT, 90) == "▲    1m investigate      idea-a/worker-2            silent 31m"
    assert line(INJECTED, 90) == '▲    1m injection        scout                      ×4 "ignore previous"'
    assert line(SWARM, 90) == "▲    2m disk             swarm                      the disk is full"


def test_an_acknowledged_alert_says_so_in_a_word_and_a_sign() -> None:
    assert line(ACKED, 90) == "✔    0s failed           idea-a/worker-2            acknowledged by operator silent 31m"


def test_a_narrow_alert_keeps_age_agent_and_text() -> None:
    assert line(SILENT, 40) == "▲    1m idea-a/worker-2  silent 31m"


@pytest.mark.parametrize("width", [0, 1, 10, 49, 50, 79, 80, 200])
def test_an_alert_takes_exactly_its_width(width: int) -> None:
    for alert in (SILENT, INJECTED, ACKED, SWARM):
        assert cells_width(alert_cells(alert, NOW, width)) == width


def test_open_alerts_stand_above_acknowledged_ones_the_newest_on_top() -> None:
    assert in_order((ACKED, SWARM, SILENT)) == (SILENT, SWARM, ACKED)


def current(panel: Alerts) -> Alert | None:
    return panel.current


async def test_the_cursor_stays_on_its_alert_while_others_come() -> None:
    panel = Alerts()
    app = WidgetApp(panel)
    async with app.run_test(size=(90, 6), notifications=True) as pilot:
        panel.update_alerts((SILENT, SWARM), NOW)
        panel.action_cursor_down()
        assert current(panel) == SWARM
        panel.update_alerts((SILENT, SWARM, INJECTED), NOW)
        assert current(panel) == SWARM
        assert panel.border_title == "alerts 3 open"
        panel.update_alerts((SILENT,), NOW)
        assert current(panel) == SILENT
        panel.update_alerts((), NOW)
        await pilot.pause()
        assert current(panel) is None
        assert screen_lines(app)[0] == " no alerts"
        assert panel.border_title == "alerts"


async def test_alerts_age() -> None:
    panel = Alerts()
    app = WidgetApp(panel)
    async with app.run_test(size=(90, 6), notifications=True) as pilot:
        panel.update_alerts((SILENT,), NOW)
        await pilot.pause()
        panel.tick(Now(NOW.wall + 5 * MINUTE, NOW.awake))
        await pilot.pause()
        assert screen_lines(app)[0].startswith("▲    6m")


async def test_a_click_chooses_and_a_double_click_wants_the_agent() -> None:
    panel = Alerts()
    app = WidgetApp(panel)
    async with app.run_test(size=(90, 6), notifications=True) as pilot:
        panel.update_alerts(big_example().alerts, NOW, root="genesis-01")
        await pilot.pause()
        await pilot.click(panel, offset=(20, 1))
        assert panel.current is not None
        assert panel.current.cause == "injection"
        await pilot.click(panel, offset=(20, 1), times=2)
        picked = [message.alert.cause for message in app.heard if isinstance(message, Alerts.Picked)]
        assert picked == ["injection"]
