"""Sessions that run beside the swarm: listed with `L`, one taken in by name, a person's left alone."""

from textual.pilot import Pilot

from swarm.model.listed import ListedSession, SessionKind
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.history import SessionsScreen
from swarm_tui.app.screens.prompt import Prompt
from tests.support.canned import CannedSwarm
from tests.support.swarms import big_example
from tests.support.widget_app import screen_text

PAGES = ListedSession("claude", "850354a5-5f5a", "850354a5", "pages\x1b[31m", SessionKind.BACKGROUND, "/srv/site")


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def beside(*sessions: ListedSession) -> CannedSwarm:
    swarm = CannedSwarm(big_example())
    swarm.beside = sessions
    return swarm


def calls(swarm: CannedSwarm) -> list[object]:
    return [what for verb, what in swarm.asked if verb == "adopt"]


async def test_a_session_is_taken_in_by_the_name_that_it_is_given() -> None:
    swarm = beside(PAGES)
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "L")
        assert isinstance(pilot.app.screen, SessionsScreen)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Prompt)
        await press(pilot, "w", "1", "enter")
        assert calls(swarm) == [(PAGES.key, "w1")]


async def test_a_session_that_a_person_talks_in_is_left_to_the_command_line() -> None:
    swarm = beside(replace(PAGES, kind=SessionKind.INTERACTIVE))
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "L")
        await press(pilot, "enter")
        said = " ".join(note.message for note in pilot.app._notifications)
        assert "A person talks in pages." in said
        assert "--end" in said
        assert calls(swarm) == []


async def test_where_nothing_runs_that_is_said_and_nothing_is_asked() -> None:
    swarm = beside()
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "L")
        assert "of gemini it cannot be told" in screen_text(pilot.app)
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, Prompt)
        assert calls(swarm) == []
