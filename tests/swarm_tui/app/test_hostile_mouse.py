"""The mouse over hostile text: nothing in it acts or links, wherever somebody points or clicks."""

from rich.style import Style

from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.record import Alert
from swarm.model.reports import Results, ResultsState, ResultsStatus
from swarm.model.snapshot import Problem
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from tests.support.canned import CannedSwarm
from tests.support.hostile import HOSTILE
from tests.support.swarms import a_root, a_snapshot, a_view

SIZE = (120, 40)
CLICKABLE = [text for name, text in HOSTILE.items() if "markup" in name or "link" in name or "click" in text]
OF_SCROLLBARS = {"grab", "release", "scroll_up", "scroll_down"}
LOOKS = {"log", "events", "task", "results", "process", "investigation", "own", "disown", "inbox"}
"""What is asked of a swarm to show it."""


def a_swarm() -> CannedSwarm:
    views = [
        replace(
            a_view(f"worker-{place}", text),
            results=Results(
                ResultsState.VALID, ResultsStatus.SUCCESS, text, (text,), ((text, True),), text, {text: text}
            ),
            problems=(Problem(ProblemCode.INJECTION, text),),
        )
        for place, text in enumerate(CLICKABLE)
    ]
    alerts = tuple(Alert(view.id, AlertCause(text), text, "s") for view, text in zip(views, CLICKABLE, strict=True))
    return CannedSwarm(a_snapshot(a_root(CLICKABLE[0]), *views, alerts=alerts))


async def test_no_click_and_no_hover_on_a_text_does_anything() -> None:
    swarm = a_swarm()
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        for key in ("1", "2", "3", "4", "5", "6"):
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            for segment in (segment for strip in app.screen._compositor.render_strips() for segment in strip):
                style = segment.style or Style()
                assert style.link is None
                acts = {word: deed for word, deed in style.meta.items() if word.startswith("@")}
                assert set(acts.values()) <= OF_SCROLLBARS, acts
        for row in range(1, SIZE[1] - 1, 2):
            for column in (30, 95):
                await pilot.hover(offset=(column, row))
                await pilot.click(offset=(column, row))
                while len(app.screen_stack) > 1:
                    app.pop_screen()
        assert app.is_running
        assert app.return_code is None
    assert {verb for verb, _ in swarm.asked} <= LOOKS
