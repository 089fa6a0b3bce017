"""Agents over heartbeats."""

from datetime import UTC, datetime

from swarm.model.beat import ActionKind, Beat, Performed
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from tests.support.swarms import HOUR, MINUTE, NOW, POLICY, a_root, a_snapshot, a_view, full_id
from tests.support.widget_app import WidgetApp, screen_lines
from widgets.charset import ASCII
from widgets.timeline import Timeline, legend_cells, lifeline, span_cells, timeline_rows


def beat(minutes_ago: float, *actions: tuple[str, str, str]) -> Beat:
    at = datetime.fromtimestamp(NOW.wall - minutes_ago * MINUTE, UTC).isoformat()
    acts = tuple(Performed(full_id(agent), spawn, ActionKind(act)) for agent, spawn, act in actions)
    return Beat(1, at, "run", 1, {}, {}, acts)


BEATS = (
    beat(60),
    beat(45, ("worker-1", "spawn-worker-1", "spawn")),
    beat(30),
    beat(15, ("worker-1", "spawn-worker-1", "investigate"), ("worker-1", "an-earlier-life", "kill")),
    beat(0, ("worker-1", "spawn-worker-1", "kill"), ("other", "x", "kill")),
)


def text(view: AgentView) -> str:
    return "".join(cell.text for cell in lifeline(view, BEATS))


def test_a_life_is_a_line_with_a_sign_for_what_a_heartbeat_did() -> None:
    view = a_view("worker-1", spawned_ago=46 * MINUTE)
    assert text(view) == " ●─▲✖"


def test_an_ended_life_ends_and_a_foreign_one_is_not_known() -> None:
    view = a_view("worker-2", spawned_ago=2 * HOUR)
    assert view.record is not None
    ended = replace(view, record=replace(view.record, ended_at=NOW.wall - 31 * MINUTE))
    assert text(ended) == "──   "
    assert text(a_view("worker-3", record=None)) == "     "


async def test_rows_are_the_agents_that_lived_in_these_heartbeats() -> None:
    old = a_view("old", spawned_ago=5 * HOUR)
    assert old.record is not None
    old = replace(old, record=replace(old.record, ended_at=NOW.wall - 3 * HOUR))
    snapshot = a_snapshot(a_root(), old, a_view("worker-1", spawned_ago=46 * MINUTE), beats=BEATS)
    assert [view.name for view in timeline_rows(snapshot)] == ["genesis-01", "worker-1"]
    timeline = Timeline()
    app = WidgetApp(timeline)
    async with app.run_test(size=(40, 5), notifications=True) as pilot:
        await pilot.pause()
        assert screen_lines(app)[0] == " no heartbeat yet"
        timeline.update_snapshot(snapshot, {}, NOW)
        timeline.action_cursor_down()
        await pilot.pause()
        assert timeline.current is not None
        assert timeline.current.name == "worker-1"
        assert screen_lines(app)[:2] == [" genesis-01    ─────", " worker-1       ●─▲✖"]
    assert POLICY.root.id == "genesis-01"


def test_over_the_columns_stand_the_first_and_the_last_heartbeat_in_sight() -> None:
    beats = tuple(replace(beat(0), n=n) for n in range(100, 160))
    line = "".join(cell.text for cell in span_cells(beats, 120))
    assert line.index("100 ") == 30
    assert len(line.rstrip()) == 30 + len(beats)
    assert line.split()[2] == "159"
    narrow = "".join(cell.text for cell in span_cells(beats, 45))
    assert "132 " in narrow
    assert "".join(cell.text for cell in span_cells((), 45)).strip() == ""


def test_the_legend_says_every_sign() -> None:
    line = "".join(cell.text for cell in legend_cells(100))
    assert "● spawned" in line
    assert "✖ killed" in line
    assert "".join(cell.text for cell in legend_cells(100, ASCII)).isascii()
