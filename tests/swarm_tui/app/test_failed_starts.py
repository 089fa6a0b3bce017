"""What has failed to start several times: the form asks the operator, who may have mended it, and refuses nothing."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from swarm.errors import Code
from swarm.model.requests import Objection, SpawnCheck, SpawnRequest
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.eviction import MakeRoom
from swarm_tui.app.screens.spawn_form import SpawnForm
from tests.support.canned import CannedSwarm, full_house
from tests.support.swarms import big_example
from tests.support.widget_app import screen_text
from widgets.confirm import Confirm

FAILED = Objection("name", Code.CRASH_LOOP, "'genesis-01/worker-9' failed 3 times in a row of 900 s.")


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def spawned(swarm: CannedSwarm) -> list[SpawnRequest]:
    return [what for verb, what in swarm.asked if verb == "spawn" and isinstance(what, SpawnRequest)]


async def fill_in(pilot: Pilot[int]) -> None:
    await pilot.pause()
    await press(pilot, "n")
    assert isinstance(pilot.app.screen, SpawnForm)
    pilot.app.screen.query_one("#name", Input).value = "worker-9"
    pilot.app.screen.query_one("#task", TextArea).text = "look around"
    await press(pilot, "ctrl+g")


@pytest.mark.parametrize(("key", "forced"), [("y", [True]), ("n", []), ("escape", [])])
async def test_the_form_asks_and_only_a_yes_tries_it_again(key: str, forced: list[bool]) -> None:
    swarm = CannedSwarm(big_example())
    swarm.check = SpawnCheck("genesis-01/worker-9", 1, (FAILED,))
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40)) as pilot:
        await fill_in(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert "failed 3 times in a row" in screen_text(pilot.app)
        assert spawned(swarm) == []
        await press(pilot, key)
        assert [each.force for each in spawned(swarm)] == forced


async def test_where_there_is_no_room_either_both_are_asked_one_after_the_other() -> None:
    swarm = CannedSwarm(big_example())
    full = full_house()
    swarm.check = SpawnCheck(full.agent, full.slots, (FAILED, *full.objections), candidates=full.candidates)
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40)) as pilot:
        await fill_in(pilot)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, MakeRoom)
        assert spawned(swarm) == []
        await press(pilot, "space", "y")
        (request,) = spawned(swarm)
        assert request.force
        assert request.kill_first == (full.candidates[0].agent,)


async def test_another_objection_keeps_the_form_open_and_asks_nothing() -> None:
    swarm = CannedSwarm(big_example())
    other = Objection("role", Code.ROLE, "There is no such role.")
    swarm.check = SpawnCheck("genesis-01/worker-9", 1, (FAILED, other))
    async with SwarmApp(swarm, beats=False).run_test(size=(120, 40)) as pilot:
        await fill_in(pilot)
        assert isinstance(pilot.app.screen, SpawnForm)
        assert spawned(swarm) == []
