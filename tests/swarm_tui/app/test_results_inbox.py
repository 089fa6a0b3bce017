"""The results inbox: opened with `I`, read and decided in by key and by mouse, as wide as the terminal is."""

import pytest
from textual.pilot import Pilot

from swarm.model.health import Health
from swarm.model.results_inbox import ResultsEntry
from swarm.model.snapshot import Access, Snapshot
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.screens.results_inbox import ResultsScreen
from tests.support.canned import CannedSwarm
from tests.support.inboxes import PROMISED, inbox_example
from tests.support.swarms import full_id
from tests.support.widget_app import screen_lines, screen_text
from widgets.confirm import Confirm
from widgets.detail_head import Tab
from widgets.results_list import ResultsList
from widgets.results_row import reached_words


def swarm_with(snapshot: Snapshot | None = None) -> CannedSwarm:
    swarm = CannedSwarm(snapshot if snapshot is not None else inbox_example())
    swarm.promised = PROMISED
    return swarm


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def asked(swarm: CannedSwarm, *verbs: str) -> list[tuple[str, object]]:
    return [each for each in swarm.asked if each[0] in verbs]


async def test_failure_8_the_inbox_shows_who_waits_what_is_there_and_takes_decisions() -> None:
    swarm = swarm_with()
    async with SwarmApp(swarm, beats=False).run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "I")
        screen = pilot.app.screen
        assert isinstance(screen, ResultsScreen)
        shown = [word for line in screen_lines(pilot.app) for word in line.split() if word.startswith("idea-alpha/")]
        assert shown[:4] == [f"idea-alpha/worker-{number}" for number in (1, 2, 3, 4)]  # the newest first
        text = screen_text(pilot.app)
        for words in ("unread 7♥", "unread 1♥", "1/2 out", "rejected", "accepted", "!injection", "5 to be seen to"):
            assert words in text

        await press(pilot, "c")
        await press(pilot, "Y")
        await press(pilot, "j", "Y")
        assert isinstance(pilot.app.screen, Confirm)
        assert "pages/prices.csv" in screen_text(pilot.app)
        await press(pilot, "escape", "F")
        assert isinstance(pilot.app.screen, Prompt)
        await press(pilot, *"no", "enter")
        one, two = full_id("idea-alpha/worker-1"), full_id("idea-alpha/worker-2")
        assert asked(swarm, "read", "accept", "reject") == [
            ("read", one),
            ("accept", (one, "", "spawn-worker-1")),
            ("reject", (two, "no", "spawn-worker-2")),
        ]
        looks = [fresh for _, fresh in asked(swarm, "results")]
        assert looks == [False, True, True, True]  # on the snapshot at hand, then anew after each act
        assert "names three sources" in screen_text(pilot.app)

        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, ResultsScreen)
        app = pilot.app
        assert isinstance(app, SwarmApp)
        assert app.room.detail.tab is Tab.RESULTS
        assert app.room.agents.cursor_view is not None
        assert app.room.agents.cursor_view.id == two


async def test_the_word_of_a_decision_and_what_only_waits_are_shown() -> None:
    swarm = swarm_with()
    async with SwarmApp(swarm, beats=False).run_test(size=(80, 30), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "I", *"jjjjjj")
        said = screen_text(pilot.app)
        assert "rejected  at 0" in said
        assert "by operator: The table leaves out the yearly" in said
        await press(pilot, "o")
        said = screen_text(pilot.app)
        assert "idea-beta/worker-2" not in said
        assert "idea-beta/worker-1" in said
        await press(pilot, "R", "tab", "j", "tab", "escape")
        assert not isinstance(pilot.app.screen, ResultsScreen)


@pytest.mark.parametrize(("width", "height"), [(45, 30), (80, 24), (160, 40)])
async def test_a_click_chooses_and_a_double_click_goes_there(width: int, height: int) -> None:
    swarm = swarm_with()
    async with SwarmApp(swarm, beats=False).run_test(size=(width, height), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "I")
        await pilot.click(ResultsList, offset=(4, 1))
        await pilot.pause()
        assert "pages/prices.csv" in screen_text(pilot.app)
        assert all(len(line) <= width for line in screen_lines(pilot.app))
        at = next((y, line.index("Y accept")) for y, line in enumerate(screen_lines(pilot.app)) if "Y accept" in line)
        await pilot.click(offset=(at[1] + 2, at[0]))
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "escape")
        await pilot.click(ResultsList, offset=(4, 1), times=2)
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ResultsScreen)


async def test_a_viewer_looks_and_an_empty_inbox_says_so() -> None:
    snapshot = inbox_example()
    viewed = replace(snapshot, pulse=replace(snapshot.pulse, access=Access.READ_ONLY, access_why="asked for"))
    swarm = swarm_with(viewed)
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "I", "c", "Y", "F")
        assert isinstance(pilot.app.screen, ResultsScreen)
        assert asked(swarm, "read", "accept", "reject") == []

    empty = swarm_with(replace(snapshot, agents=snapshot.agents[:2]))
    async with SwarmApp(empty, beats=False).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "I", "c", "Y", "enter")
        assert asked(empty, "read", "accept") == []


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [((), ""), ((("a", None),), "unchecked"), ((("a", True), ("b", None)), "1/2 ok"), ((("a", False),), "0/1 ok")],
)
def test_outcomes_that_nobody_looked_at_do_not_read_as_missed(
    outcomes: tuple[tuple[str, bool | None], ...], words: str
) -> None:
    entry = ResultsEntry("a", "s", "worker", Health.DONE, "", None, outcomes=outcomes)
    assert reached_words(entry).text == words
