"""Under a filter acts hit what was found, never what only leads there, and esc leads back to where one was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from swarm.model.values import replace
from swarm_tui.app.act import Act, Group
from swarm_tui.app.actions import ACTS
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.capabilities import Where
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.prompt import Prompt
from tests.support.canned import CannedSwarm
from tests.support.homes import LiveHome
from tests.support.swarms import POLICY, full_id
from tests.support.tmux import needs_tmux
from tests.support.widget_app import shown_ids
from tests.swarm_tui.app.test_real_terminal import room as real_room
from widgets.confirm import Confirm
from widgets.detail_head import Tab
from widgets.painting import role_styles

HERE = full_id("idea-beta/worker-2")
FOUND = full_id("scout-01/helper-1")


@asynccontextmanager
async def a_room(
    size: tuple[int, int] = (160, 45), swarm: CannedSwarm | None = None
) -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    taken = swarm if swarm is not None else CannedSwarm()
    app = SwarmApp(taken, beats=False)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(HERE)
        await pilot.pause()
        yield pilot, app.room, taken


def at(room: ControlRoom) -> str:
    return room.agents.cursor.id if room.agents.cursor is not None else ""


def halves(room: ControlRoom) -> tuple[bool, bool]:
    """Whether the tree and the detail are shown."""
    return room.query_one("#left").display, room.query_one("#right").display


def is_following(room: ControlRoom) -> bool:
    return room.detail.transcript.following


def found(room: ControlRoom) -> list[str]:
    """The parts that are marked in the row under the cursor."""
    return [cell.text for cell in room.agents.line_cells(room.agents.cursor_line, 100) if cell.role == "found"]


def notes(pilot: Pilot[int]) -> str:
    return " ".join(note.message for note in pilot.app._notifications)


async def test_the_cursor_goes_to_the_first_match_while_one_types_and_x_is_meant_for_it() -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("slash", *"helper-1")
        assert at(room) == FOUND
        assert room.agents.cursor_line > 0, "what leads there stands above it"
        await pilot.press("enter", "x")
        await pilot.pause()
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        assert [target.agent for target in dialog.question.targets] == [FOUND]


async def test_a_row_that_only_leads_to_a_match_refuses_acts_and_says_no_more_than_its_name() -> None:
    async with a_room() as (pilot, room, swarm):
        await pilot.press("slash", *"helper-1", "enter", "g")
        assert at(room) == swarm.canned.root
        for key in ("x", "X", "m", "v", "A", "P", "a"):
            await pilot.press(key)
        assert isinstance(pilot.app.screen, ControlRoom)
        assert not swarm.asked
        assert not room.agents.marks
        assert f"{swarm.canned.root} only leads to what the filter found: esc shows all" in notes(pilot)
        said = ["".join(cell.text for cell in room.agents.line_cells(line, 100)).split() for line in range(3)]
        assert [row[-1] for row in said[:2]] == ["genesis-01", "scout-01"]
        assert len(said[2]) > 5


@pytest.mark.parametrize(
    "act", [act for act in ACTS if act.group is Group.AGENTS and act.name != "spawn"], ids=lambda act: act.name
)
def test_every_act_on_an_agent_is_refused_where_it_only_leads_to_a_match(act: Act) -> None:
    if act.name == "undo":
        return
    snapshot = CannedSwarm().canned
    agent = snapshot.agent(full_id("scout-01"))
    where = Where(snapshot, snapshot.pulse.access, "", agent=agent, policy=POLICY, on_context=True)
    assert "only leads to what the filter found" in act.disabled_reason(where)


async def test_esc_while_typing_and_after_enter_leads_back_with_folds_and_cursor() -> None:
    async with a_room() as (pilot, room, _):
        room.agents.move_to(full_id("scout-01"))
        room.agents.toggle_fold()
        room.agents.move_to(HERE)
        before = shown_ids(room.agents)
        await pilot.press("slash", *"helper-1")
        assert FOUND in shown_ids(room.agents)
        await pilot.press("escape")
        assert (at(room), shown_ids(room.agents)) == (HERE, before)
        await pilot.press("slash", *"helper-1", "backspace", *["backspace"] * 7)
        assert at(room) == HERE, "nothing is asked for any more"
        await pilot.press(*"helper-1", "enter", "escape")
        assert (at(room), shown_ids(room.agents)) == (HERE, before)


async def test_whoever_goes_on_from_a_match_stays_there_when_the_filter_goes() -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("slash", *"helper", "enter", "j")
        chosen = at(room)
        assert chosen.startswith(full_id("scout-01/helper"))
        await pilot.press("escape")
        assert at(room) == chosen


async def test_a_state_is_found_too_and_what_was_found_is_underlined() -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("slash", *"helper-1")
        assert found(room) == ["helper-1"]
        assert role_styles(pilot.app)["found"].underline
        await pilot.press("escape", "slash", *":over")
        assert "overdue" in found(room)


async def test_who_stops_matching_hands_the_cursor_to_the_next_match_never_upwards() -> None:
    async with a_room() as (pilot, room, swarm):
        await pilot.press("slash", *"idea-alpha/worker", "enter")
        first, second = at(room), shown_ids(room.agents)[room.agents.cursor_line + 1]
        others = tuple(view for view in swarm.canned.agents if view.id != first)
        room.show(replace(swarm.canned, agents=others, generation=swarm.canned.generation + 1))
        await pilot.pause()
        assert at(room) == second


async def test_the_problems_begin_at_the_worst_and_an_agent_found_there_stays_in_sight() -> None:
    async with a_room() as (pilot, room, _):
        room.agents.move_to(full_id("idea-beta/worker-3"))
        room.agents.fold_all()
        await pilot.press("p")
        assert room.agents.cursor_line == 0
        worst = at(room)
        await pilot.press("p")
        assert at(room) == worst
        assert worst in shown_ids(room.agents)


async def test_w_leaves_a_filter_that_hides_the_next_problem() -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("slash", *"helper-1", "enter")
        worst = room.agents.next_in_need()
        assert worst not in shown_ids(room.agents)
        await pilot.press("w")
        assert at(room) == worst


async def test_esc_in_the_search_of_a_transcript_leads_back_to_where_one_read() -> None:
    from swarm.protocol.logs import Chunk

    async with a_room() as (pilot, room, _):
        await pilot.press("2", "enter")
        view = room.detail.view
        assert view is not None
        room.load_lines(view.id, view.spawn_id, Chunk(tuple(f"line {number}" for number in range(500))))
        await pilot.pause()
        await pilot.press("g")
        assert not room.detail.transcript.following
        await pilot.press("slash", *"line 400")
        assert room.detail.transcript.scroll_offset.y > 300
        await pilot.press("escape")
        await pilot.pause()
        transcript = room.detail.transcript
        assert (transcript.has_focus, transcript.needle, transcript.scroll_offset.y) == (True, "", 0)
        assert not transcript.following


async def test_a_room_with_a_message_for_the_match_and_not_for_what_leads_there() -> None:
    async with a_room((80, 24)) as (pilot, _room, swarm):
        await pilot.press("slash", *"worker-1", "enter", "m")
        assert isinstance(pilot.app.screen, Prompt)
        await pilot.press(*"hello", "enter")
        await pilot.app.workers.wait_for_complete()
        ((_, what),) = swarm.asked
        assert isinstance(what, tuple)
        assert what[0].endswith("worker-1")


async def test_f_follows_at_the_first_press_and_z_gives_the_room_to_what_has_the_keys() -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("f")
        assert room.detail.tab is Tab.TRANSCRIPT
        assert is_following(room)
        await pilot.press("f")
        assert not is_following(room)
        await pilot.press("z")
        assert halves(room) == (True, False)
        await pilot.press("f")
        assert halves(room) == (True, True)
        assert is_following(room)
        await pilot.press("enter", "z")
        assert halves(room) == (False, True)
        await pilot.press("z", "escape")
        assert room.agents.has_focus


async def test_half_a_page_is_half_and_the_cursor_stays_in_sight_in_every_size() -> None:
    async with a_room((160, 24)) as (pilot, room, _):
        await pilot.press("g", "ctrl+d")
        tree = room.agents
        assert tree.cursor_line == tree.view_size.height // 2
        await pilot.press("G")
        here = at(room)
        for size in ((80, 24), (45, 20), (160, 16), (75, 40), (160, 45)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert at(room) == here
            assert tree.scroll_offset.y <= tree.cursor_line < tree.scroll_offset.y + tree.view_size.height


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (45, 30)], ids=str)
async def test_toasts_stand_above_the_alerts(size: tuple[int, int]) -> None:
    async with a_room(size) as (pilot, room, _):
        for keys in ((), ("exclamation_mark",)):
            await pilot.press(*keys)
            room.say("role-files of three agents were edited since they were spawned, which is told at some length")
            for _ in range(20):
                await pilot.pause(0.05)
                toasts = [toast.region for toast in room.query("Toast")]
                covered = [toast for toast in toasts if not toast or toast.overlaps(room.alerts.region)]
                if toasts and not covered:
                    break
            assert toasts
            assert not covered
            assert room.alerts.region


@needs_tmux
@pytest.mark.tmux
def test_in_a_real_terminal_silent_enter_x_asks_about_the_silent_one(live_home: LiveHome) -> None:
    live_home.spawn("quiet-one")
    live_home.spawn("other-1")
    with real_room(live_home.root) as tmux:
        tmux.resize(80, 24)
        tmux.wait_for("quiet-one", "other-1")
        tmux.write("/quiet\nx")
        tmux.wait_for("Stop genesis-01/quiet-one?")
        tmux.keys("Escape")
        tmux.wait_gone("Stop genesis-01/quiet-one?")
        tmux.keys("k", "x")
        tmux.wait_for("only leads to what the")
        tmux.resize(45, 20)
        tmux.wait_for("genesis-01", "quiet-one")
    assert live_home.alive("quiet-one")
