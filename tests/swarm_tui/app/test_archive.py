"""`C` puts away what is over, the marked ones too; `o` shows what is folded away."""

from typing import Any

from textual.pilot import Pilot

from swarm.errors import Code, Refused
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm_tui.app.app import SwarmApp
from tests.support.canned import CannedSwarm
from tests.support.swarms import HOUR, NOW, a_root, a_snapshot, a_view, full_id, results
from tests.support.widget_app import shown_ids


def over(name: str, **fields: Any) -> AgentView:
    fields.setdefault("read_at", NOW.wall - HOUR)
    fields.setdefault("ended_ago", HOUR)
    return a_view(name, phase=Phase.ENDED, ending=Ending.DONE, **fields)


def swarm_of_four() -> Snapshot:
    unread = over("unread", read_at=None, results=results())
    return a_snapshot(a_root(), a_view("busy"), over("one", ended_ago=60.0), over("two", ended_ago=60.0), unread)


def room_of(snapshot: Snapshot) -> tuple[SwarmApp, CannedSwarm]:
    swarm = CannedSwarm(snapshot)
    return SwarmApp(swarm, beats=False), swarm


def archived(swarm: CannedSwarm) -> list[Any]:
    return [what for said, what in swarm.asked if said == "archive"]


def notices(app: SwarmApp) -> str:
    return " ".join(each.message for each in app._notifications)


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_c_puts_away_the_agent_under_the_cursor_by_id_and_spawn() -> None:
    app, swarm = room_of(swarm_of_four())
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(full_id("one"))
        await pilot.press("C")
        await settle(pilot)
        assert archived(swarm) == [((full_id("one"),), {full_id("one"): "spawn-one"})]
        assert "archive --restore" in notices(app)
        await pilot.press("u")
        await settle(pilot)
        assert ("restore", full_id("one")) in swarm.asked


async def test_c_puts_away_all_marked_ones_at_once() -> None:
    app, swarm = room_of(swarm_of_four())
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        for name in ("one", "two"):
            app.room.go_to(full_id(name))
            await pilot.press("v")
        await pilot.press("C")
        await settle(pilot)
        assert [ids for ids, _ in archived(swarm)] == [(full_id("one"), full_id("two"))]


async def test_what_has_to_stay_is_refused_with_the_reason_of_the_rule() -> None:
    app, swarm = room_of(swarm_of_four())
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        for name, why in (("busy", "has not ended"), ("unread", "has results that are not read")):
            app.room.go_to(full_id(name))
            await pilot.press("C")
            await settle(pilot)
            assert f"{full_id(name)} {why}" in notices(app)
        app.room.go_to(full_id("one"))
        await pilot.press("v")
        app.room.go_to(full_id("busy"))
        await pilot.press("v", "C")
        await settle(pilot)
        assert archived(swarm) == []


async def test_what_the_engine_refuses_is_said_too() -> None:
    app, swarm = room_of(swarm_of_four())
    swarm.refuse = Refused(Code.EXISTS, "It stays where it is.", "It has a worktree that is left.")
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(full_id("one"))
        await pilot.press("C")
        await settle(pilot)
        assert "It has a worktree that is left." in notices(app)


async def test_u_shows_what_is_over_and_folds_it_away_again() -> None:
    app, _ = room_of(a_snapshot(a_root(), over("old"), a_view("young")))
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        assert shown_ids(app.room.agents) == ("genesis-01", full_id("young"))
        await pilot.press("o")
        assert shown_ids(app.room.agents) == ("genesis-01", full_id("young"), full_id("old"))
        await pilot.press("o")
        assert shown_ids(app.room.agents) == ("genesis-01", full_id("young"))
