"""News of one agent among many: what is on the screen is drawn, and the rest costs no more than a mark."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from textual.pilot import Pilot

from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from tests.support.canned import CannedSwarm
from tests.support.drawn import Drawn
from tests.support.swarms import a_snapshot, a_view, full_id, with_view
from widgets.agent_tree import AgentTree


def an_app(count: int) -> SwarmApp:
    return SwarmApp(CannedSwarm(a_snapshot(*(a_view(f"worker-{n:05d}") for n in range(count)))), beats=False)


def with_news(snapshot: Snapshot, agent: str, words: str) -> Snapshot:
    newer = with_view(snapshot, a_view(agent, words, age=1.0))
    return replace(newer, generation=snapshot.generation + 1)


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Counts the calls of functions that are written in Python."""
    calls = [0]

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        calls[0] += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


async def settle(app: SwarmApp, pilot: Pilot[int]) -> None:
    """Everything is drawn, and nothing is asked for the first time."""
    for number in range(2):
        await pilot.pause()
        app.take(with_news(app.room.snapshot, "worker-00001", f"Settling {number}."))
        app.take(with_news(app.room.snapshot, "worker-00090", f"Settling {number}."))
    await pilot.pause()


async def test_a_change_of_an_agent_that_is_not_in_sight_makes_no_row_and_draws_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = an_app(100)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(app, pilot)
        hidden = full_id("worker-00090")
        assert hidden not in app.room.agents.ids_in_sight
        drawn = Drawn(monkeypatch)
        app.take(with_news(app.room.snapshot, "worker-00090", "Nobody sees this."))
        assert drawn.rows == []
        assert drawn.widgets == []
        app.room.agents.move_to(hidden)
        await pilot.pause()
        assert hidden in drawn.rows, "what was not drawn is drawn as it is now when it comes into sight"


async def test_a_change_in_sight_makes_and_draws_that_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = an_app(100)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(app, pilot)
        drawn = Drawn(monkeypatch)
        app.take(with_news(app.room.snapshot, "worker-00001", "Everybody sees this."))
        assert drawn.rows == [full_id("worker-00001")]
        ((widget, regions),) = drawn.widgets
        assert isinstance(widget, AgentTree)
        assert [region.height for region in regions] == [1]


@pytest.mark.parametrize("agent", ["worker-00001", "worker-00090"])
async def test_news_of_one_agent_cost_as_many_calls_among_a_thousand_as_among_a_hundred(agent: str) -> None:
    taken = []
    for count in (100, 1_000):
        app = an_app(count)
        async with app.run_test(size=(160, 45)) as pilot:
            await settle(app, pilot)
            news = with_news(app.room.snapshot, agent, "It found something.")
            with counted_calls() as calls:
                app.take(news)
            taken.append(calls[0])
    few, many = taken
    assert many < few + 100, f"{few} calls among a hundred agents, {many} among a thousand"


async def test_the_cursor_moves_without_a_new_layout_of_the_screen() -> None:
    app = an_app(20)
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(app, pilot)
        layouts: list[object] = []
        app.room.screen_layout_refresh_signal.subscribe(app.room, layouts.append, immediate=True)
        for _ in range(3):
            await pilot.press("j")
            await pilot.pause()
        assert app.room.detail.view == app.room.agents.cursor_view
        assert layouts == []
