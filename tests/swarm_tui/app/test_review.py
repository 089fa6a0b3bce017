"""Results are decided about in the control room: accepted with one key and a question, rejected with a word."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from swarm.model.agent import Acceptance
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.control_room import ControlRoom
from tests.support.canned import CannedSwarm
from tests.support.swarms import a_snapshot, a_spec, a_view, full_id, results
from widgets.confirm import Confirm

HOLLOW, GOOD, LEAD, WORKER = (full_id(name) for name in ("hollow", "good", "lead", "lead/w"))


@asynccontextmanager
async def a_room() -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    goal = Acceptance("the link is live", "curl")
    swarm = CannedSwarm(
        a_snapshot(
            a_view("hollow", results=results(acceptance=(("the link is live", False),))),
            a_view("good", results=results()),
            a_view("lead", slots=2, children=1),
            a_view("lead/w", spec=a_spec("lead/w", acceptance=(goal,))),
        )
    )
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        yield pilot, app.room, swarm


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def life(room: ControlRoom, agent: str) -> str:
    view = room.snapshot.agent(agent)
    assert view is not None
    return view.spawn_id


async def test_failure_9_what_is_disputed_is_accepted_only_after_a_question_that_names_it() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(HOLLOW)
        await pilot.press("Y")
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        assert "the link is live" in str(dialog.question.notes)
        await pilot.press("n")
        assert swarm.asked == []
        await pilot.press("Y", "y")
        await settle(pilot)
        room.go_to(GOOD)
        await pilot.press("Y")
        await settle(pilot)
        assert swarm.asked == [("accept", (agent, "", life(room, agent))) for agent in (HOLLOW, GOOD)]


async def test_a_rejection_asks_for_its_word() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(GOOD)
        await pilot.press("F", *"too short", "enter")
        await settle(pilot)
        assert swarm.asked == [("reject", (GOOD, "too short", life(room, GOOD)))]


async def test_failure_9_the_results_of_who_leads_others_begin_with_their_outcomes() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(LEAD)
        await pilot.press("4")
        await pilot.pause()
        pane = room.detail.active_pane
        lines = ["".join(cell.text for cell in pane.line_cells(number, 80)) for number in range(pane.line_count)]
        assert lines[0].strip() == "none checked, 1 open"
        assert "the link is live  lead/w" in lines[1]
