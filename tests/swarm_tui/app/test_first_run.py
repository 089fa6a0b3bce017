"""The first run: a room with nobody in it says what to press; it says so no more once somebody is there."""

import pytest

from swarm.model.snapshot import Access, Snapshot
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.settings.values import Settings
from tests.support.canned import CannedSwarm
from tests.support.swarms import big_example
from widgets.first_steps import FirstSteps


def empty() -> Snapshot:
    full = big_example()
    root = next(view for view in full.agents if view.id == full.root)
    return replace(full, agents=(replace(root, children=0),), alerts=(), beats=())


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (45, 20), (60, 14)], ids=str)
async def test_an_empty_room_says_what_to_press_by_the_operators_keys_at_every_size(size: tuple[int, int]) -> None:
    app = SwarmApp(CannedSwarm(empty()), beats=False, own=OwnSettings(Settings(keys={"spawn": ("f2",)})))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        steps = app.screen.query_one(FirstSteps)
        assert [key for key, _ in steps.steps] == ["f2", "b", "?"]
        assert steps.size.height >= 8
        assert app.room.agents.size.height >= 1
        full = big_example()
        app.take(replace(full, generation=app.room.snapshot.generation + 1))
        await pilot.pause()
        assert not steps.display


async def test_only_what_can_be_done_is_offered_and_nothing_where_there_is_no_home() -> None:
    begun = empty()
    for access, offered in ((Access.ASKED, ["b", "?"]), (Access.MISSING, None)):
        snapshot = replace(begun, pulse=replace(begun.pulse, access=access))
        app = SwarmApp(CannedSwarm(snapshot), beats=False)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            steps = app.screen.query_one(FirstSteps)
            assert steps.display == (offered is not None)
            assert offered is None or [key for key, _ in steps.steps] == offered
