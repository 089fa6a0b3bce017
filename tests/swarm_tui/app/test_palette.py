"""The palette: our acts and no others, a line each with its key, the best match first, refused ones with the reason."""

import pytest

from swarm.model.values import replace
from swarm_tui.app.actions import ACTS
from swarm_tui.app.palette_matches import Offer, offers, refusals
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.palette import OfferList, PaletteScreen
from tests.support.swarms import full_id
from tests.support.widget_app import screen_lines
from tests.swarm_tui.app.test_control_room import a_room, settle
from widgets.confirm import Confirm


def names(rows: list[Offer]) -> list[str]:
    return [row.act or row.agent for row in rows]


async def test_the_best_match_comes_first_by_title_verb_short_word_key_and_letters() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.pause()
        refused, agents = refusals(ACTS, room.where()), room.snapshot.agents

        def first(typed: str) -> str:
            return names(offers(typed, ACTS, refused, agents))[0]

        assert first("stop") == first("kill") == "stop"
        assert first("kill without") == "stop_hard"
        assert first("beat") == "beat"
        assert first("rehearse") == "plan"
        assert first("thm") == "theme"
        assert first("message") == "message"
        assert first("helper-1") == full_id("scout-01/helper-1")
        assert offers("no such act", ACTS, refused, agents) == []
        # Without a word they are all there, those that were picked last first, and none but those of the table.
        everything = names(offers("", ACTS, refused, agents, ("hold", "theme")))
        assert everything[:2] == ["hold", "theme"]
        assert sorted(everything) == sorted(act.name for act in ACTS if act.palette)


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (45, 20)], ids=str)
async def test_every_act_takes_one_line_with_its_key_and_a_refused_one_says_why_and_stays(
    size: tuple[int, int],
) -> None:
    async with a_room(size=size) as (pilot, room, _):
        room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("colon", *"kill")
        await pilot.pause()
        lines = screen_lines(pilot.app)
        (stop,) = [line for line in lines if "stop this agent and its" in line]
        assert stop.split("│")[1].split()[0] == "x"
        await pilot.press(*["backspace"] * 4, *"spawn this ended")
        await pilot.pause()
        (again,) = [line for line in screen_lines(pilot.app) if "spawn this ended agent" in line]
        assert size[0] < 80 or "not now: " in again
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PaletteScreen)
        assert "spawn this ended agent again: " in list(pilot.app._notifications)[-1].message
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ControlRoom)


async def test_what_is_picked_is_done_as_by_its_key_and_leads_the_next_time() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("ctrl+p", *"kill", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("escape", "colon")
        rows = pilot.app.screen.query_one(OfferList)
        assert rows.current is not None
        assert rows.current.act == "stop"
        await pilot.press("down", "up", *"helper-1", "enter")
        await settle(pilot)
        assert room.agents.cursor is not None
        assert room.agents.cursor.id == full_id("scout-01/helper-1")


async def test_hostile_names_of_agents_are_only_text_in_the_palette() -> None:
    async with a_room() as (pilot, room, swarm):
        hostile = "[@click=app.quit]x\x1b[31m[/red]"
        views = (*swarm.canned.agents, replace(swarm.canned.agents[-1], id=f"genesis-01/{hostile}", name=hostile))
        room.show(replace(swarm.canned, agents=views, generation=swarm.canned.generation + 1))
        await pilot.press("colon", *"click")
        await pilot.pause()
        assert any("[@click=app.quit]x[/red]" in line for line in screen_lines(pilot.app))
