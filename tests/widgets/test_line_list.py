"""The base of every list: a line whose cells have changed is drawn again, whatever Textual keeps of it."""

from swarm.model.time import Now
from swarm.rules.verdicts import verdicts
from tests.support.swarms import MINUTE, NOW, POLICY, a_snapshot, a_view
from tests.support.widget_app import WidgetApp, screen_text
from widgets.agent_tree import AgentTree


async def test_rows_go_on_ageing_after_styles_were_applied_anew() -> None:
    tree = AgentTree()
    app = WidgetApp(tree)
    snapshot = a_snapshot(a_view("worker-1", age=MINUTE))
    async with app.run_test(size=(100, 12)) as pilot:
        tree.update_snapshot(snapshot, verdicts(snapshot, POLICY, NOW), NOW)
        await pilot.pause()
        tree.notify_style_update()  # as after a change of class or theme: the lines may still come out of a cache
        tree.update_snapshot(snapshot, verdicts(snapshot, POLICY, NOW), NOW)
        later = Now(NOW.wall + 180, NOW.awake + 180)
        tree.tick(verdicts(snapshot, POLICY, later), later)
        await pilot.pause()
        assert "4m" in screen_text(app)
