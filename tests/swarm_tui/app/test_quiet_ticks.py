"""A second in which nothing happens draws nothing but the countdowns, however many agents there are."""

import pytest

from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.triage import is_settled
from swarm_tui.app.app import SwarmApp
from tests.support.canned import CannedSwarm
from tests.support.drawn import Drawn
from tests.support.swarms import NOW, a_snapshot, a_view, full_id
from widgets import tree_over
from widgets.agent_tree import AgentTree
from widgets.status_line import REGION


def later(seconds: float) -> Now:
    return Now(NOW.wall + seconds, NOW.awake + seconds)


@pytest.mark.parametrize("count", [12, 1_000])
async def test_a_tick_without_change_makes_no_row_and_draws_the_countdown_alone(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    swarm = CannedSwarm(a_snapshot(*(a_view(f"worker-{n}", age=130.0) for n in range(count))))
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        swarm.at = later(1)
        app.room.tick()
        await pilot.pause()
        drawn = Drawn(monkeypatch)
        for second in range(2, 6):
            swarm.at = later(second)
            app.room.tick()
        assert drawn.rows == []
        assert {widget.id for widget, _ in drawn.widgets} == {"status"}
        (region,) = {region for _, regions in drawn.widgets for region in regions}
        assert len("next in 07:12") <= region.width <= 3 * REGION


async def test_a_row_is_made_again_when_its_age_looks_different(monkeypatch: pytest.MonkeyPatch) -> None:
    swarm = CannedSwarm(a_snapshot(a_view("old", age=175.0), a_view("older", age=130.0), a_view("young", age=10.0)))
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        app.room.tick()
        drawn = Drawn(monkeypatch)
        for second in range(1, 10):
            swarm.at = later(second)
            app.room.tick()
        assert drawn.rows.count(full_id("young")) == 9
        assert 1 <= drawn.rows.count(full_id("old")) <= 2, "for its age, and for the bar of its limit"
        assert drawn.rows.count(full_id("older")) == 0
        assert [widget for widget, regions in drawn.widgets if isinstance(widget, AgentTree) and not regions] == []


async def test_whether_branches_are_over_is_asked_when_time_or_news_may_have_changed_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swarm = CannedSwarm(a_snapshot(*(a_view(f"worker-{n}", age=130.0) for n in range(30))))
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        app.room.tick()
        asked: list[str] = []

        def noted(view: AgentView) -> bool:
            asked.append(view.id)
            return is_settled(view)

        monkeypatch.setattr(tree_over, "is_settled", noted)
        for second in range(1, 6):
            swarm.at = later(second)
            app.room.tick()
        assert asked == []
