"""An agent that has ended, of which something may be left: the question says what, and what a yes does."""

from swarm.model.record import Ending, Phase
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.control_room import ControlRoom
from tests.support.canned import CannedSwarm
from tests.support.swarms import a_view, an_identity, big_example
from widgets.confirm import Confirm

WORDS = "May be of it, and was left alone: pid 4711 tail -f x. Where it is not, kill worker-7 once more: that frees it."


async def test_the_question_names_what_may_be_left_and_how_it_is_accepted() -> None:
    ended = a_view("worker-7", phase=Phase.ENDED, ending=Ending.KILLED)
    assert ended.record is not None
    ended = replace(ended, record=replace(ended.record, unverified=WORDS, leftovers=(an_identity(4711),)))
    canned = big_example()
    swarm = CannedSwarm(replace(canned, agents=(*canned.agents, ended)))
    async with SwarmApp(swarm, beats=False).run_test(size=(140, 40)) as pilot:
        await pilot.pause()
        room = pilot.app.screen
        assert isinstance(room, ControlRoom)
        room.agents.move_to(ended.id)
        await pilot.press("x")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert pilot.app.screen.question.notes == (f"{ended.id} has ended. {WORDS}",)
        await pilot.press("y")
        await pilot.app.workers.wait_for_complete()
        assert [what for verb, what in swarm.asked if verb == "kill"]
