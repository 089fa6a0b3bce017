"""A stray's row says what runs, and one key each ends it, takes it in, or says that it is no agent."""

from typing import Any

from textual.pilot import Pilot

from swarm.model.causes import ProblemCode
from swarm.model.snapshot import Problem
from swarm.model.stray import Stray, Tie
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.prompt import Prompt
from tests.support.canned import CannedSwarm
from tests.support.swarms import MINUTE, NOW, a_snapshot, a_view, an_identity, full_id
from tests.support.widget_app import screen_text
from widgets.confirm import Confirm

COMMAND = "claude -p look for plovers"
STRAY = full_id("worker-1/@claude-4711")


def room() -> tuple[SwarmApp, CannedSwarm]:
    stray = Stray(an_identity(4711), "claude", COMMAND, NOW.wall - 7 * MINUTE, full_id("worker-1"), Tie.DESCENT)
    view = a_view(
        "worker-1/@claude-4711",
        age=None,
        record=None,
        ghost=True,
        stray=stray,
        role="claude",
        description=COMMAND,
        problems=(Problem(ProblemCode.STRAY, f"claude runs with the pid 4711: {COMMAND}"),),
    )
    swarm = CannedSwarm(a_snapshot(a_view("worker-1"), view))
    return SwarmApp(swarm, beats=False), swarm


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def asked(swarm: CannedSwarm) -> list[Any]:
    return [(said, what) for said, what in swarm.asked if said in ("kill", "adopt_stray", "dismiss")]


async def test_the_row_of_a_stray_says_pid_age_and_command_and_it_is_a_problem() -> None:
    app, _ = room()
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "!stray pid 4711" in text
        assert "claude -p look" in text
        assert "07:00" in text or "7m" in text
        await pilot.press("p")
        await settle(pilot)
        assert "!stray" in screen_text(app)


async def test_x_asks_and_ends_it_i_dismisses_it_and_what_is_for_agents_is_refused_with_the_keys() -> None:
    app, swarm = room()
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(STRAY)
        await pilot.press("m")
        await settle(pilot)
        assert "x ends it, O adopts it, i dismisses it" in " ".join(each.message for each in app._notifications)
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        assert "y" not in COMMAND
        await pilot.press("y")
        await settle(pilot)
        app.room.go_to(STRAY)
        await pilot.press("i")
        await settle(pilot)
        assert asked(swarm) == [("kill", ((STRAY,), None, {STRAY: ""})), ("dismiss", ((STRAY,), False))]


async def test_o_takes_it_in_and_asks_before_its_command_begins_anew() -> None:
    app, swarm = room()
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(STRAY)
        await pilot.press("O")
        await settle(pilot)
        assert isinstance(app.screen, Prompt)
        await pilot.press("w", "1", "enter")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        await pilot.press("y")
        await settle(pilot)
        assert asked(swarm) == [("adopt_stray", (STRAY, "w1", False)), ("adopt_stray", (STRAY, "w1", True))]


async def test_neither_key_does_anything_to_an_agent_of_the_ledger() -> None:
    app, swarm = room()
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(full_id("worker-1"))
        await pilot.press("i", "O")
        await settle(pilot)
        said = " ".join(each.message for each in app._notifications)
        assert "is an agent of this swarm" in said
        assert "this is no stray" in said
        assert asked(swarm) == []
