"""The control room under the fingers: keys, dialogs, targets, on a canned swarm."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from unittest.mock import Mock

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static, TextArea

from swarm.errors import Code, Refused
from swarm.ledger.audit_log import Event
from swarm.model.actor import AuditVerb
from swarm.model.beat import ActionKind
from swarm.model.plan import Action
from swarm.model.requests import Objection, SpawnCheck, SpawnRequest
from swarm.model.snapshot import Access, Snapshot
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.dry_run import RehearsalScreen, rows
from swarm_tui.app.screens.eviction import MakeRoom
from swarm_tui.app.screens.help import HelpScreen
from swarm_tui.app.screens.history import AuditScreen, TimelineScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.screens.spawn_form import SpawnForm
from tests.support.canned import CannedSwarm, full_house
from tests.support.swarms import big_example, full_id
from tests.support.widget_app import shown_ids
from widgets.banner import Banner
from widgets.check_list import CheckList
from widgets.confirm import Confirm, TypedConfirm
from widgets.detail_head import Tab
from widgets.event_feed import EventFeed
from widgets.timeline import timeline_rows

WIDE = (160, 45)
AT = "2026-02-28T09:00:00+00:00"


@asynccontextmanager
async def a_room(
    swarm: CannedSwarm | None = None, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    taken = swarm if swarm is not None else CannedSwarm()
    app = SwarmApp(taken, beats=False)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot, app.room, taken


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def asked(swarm: CannedSwarm, verb: str) -> list[Any]:
    return [what for said, what in swarm.asked if said == verb]


async def test_q_leaves_and_the_exit_status_is_zero() -> None:
    async with a_room() as (pilot, _, _swarm):
        await pilot.press("q")
        await pilot.pause()
    assert pilot.app.return_value == 0


async def test_x_names_the_target_and_its_subtree_and_the_default_is_no() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(full_id("idea-alpha"))
        await pilot.press("x")
        await settle(pilot)
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        assert [target.agent for target in dialog.question.targets] == [full_id("idea-alpha")]
        assert full_id("idea-alpha/worker-1") in {target.agent for target in dialog.question.subtree}
        await pilot.press("enter")
        await settle(pilot)
        assert not asked(swarm, "kill")


async def test_a_dialog_names_what_is_on_the_screen_without_a_new_look_at_the_home(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_room() as (pilot, room, swarm):
        looks = Mock(return_value=swarm.canned)
        monkeypatch.setattr(swarm, "snapshot", looks)
        room.go_to(full_id("idea-beta"))
        shown = {view.id: room.target_of(view) for view in room.snapshot.agents}
        await pilot.press("x")
        await settle(pilot)
        dialog = pilot.app.screen
        assert isinstance(dialog, Confirm)
        assert dialog.question.targets == (shown[full_id("idea-beta")],)
        # worker-1 and worker-9 have ended, and do not go down once more.
        assert dialog.question.subtree == tuple(shown[full_id(f"idea-beta/worker-{number}")] for number in (2, 3))
        await pilot.press("escape", "b")
        await settle(pilot)
        assert isinstance(pilot.app.screen, RehearsalScreen)
        looks.assert_not_called()


async def test_a_kill_goes_to_the_life_that_was_named_even_when_the_tree_changed_meanwhile() -> None:
    async with a_room() as (pilot, room, swarm):
        target = full_id("idea-alpha/worker-2")
        room.go_to(target)
        life = next(view.spawn_id for view in swarm.canned.agents if view.id == target)
        await pilot.press("X")
        await settle(pilot)
        others = tuple(view for view in swarm.canned.agents if view.id != target)
        room.show(replace(swarm.canned, agents=others, generation=swarm.canned.generation + 1))
        await pilot.press("y")
        await settle(pilot)
        assert asked(swarm, "kill") == [((target,), 0.0, {target: life})]


async def test_several_marked_agents_are_stopped_together() -> None:
    async with a_room() as (pilot, room, swarm):
        for name in ("idea-alpha/worker-1", "idea-alpha/worker-3"):
            room.go_to(full_id(name))
            await pilot.press("v")
        await pilot.press("x")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        ((ids, grace, _),) = asked(swarm, "kill")
        assert (set(ids), grace) == ({full_id("idea-alpha/worker-1"), full_id("idea-alpha/worker-3")}, None)


async def test_a_foreign_agent_is_left_alone_and_the_reason_is_said() -> None:
    async with a_room() as (pilot, room, swarm):
        foreign = next(view for view in swarm.canned.agents if view.foreign)
        room.go_to(foreign.id)
        await pilot.press("x")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)
        assert any("not spawned through the engine" in note.message for note in pilot.app._notifications)


async def test_an_unticked_row_of_the_rehearsal_is_left_out_of_the_beat() -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(pilot.app.screen, RehearsalScreen)
        first = swarm.rehearse().plan.actions[0].key
        await pilot.press("space", "y")
        await settle(pilot)
        assert asked(swarm, "beat") == [(False, frozenset({first}))]


@pytest.mark.parametrize("key", ["escape", "enter", "n", "b"])
async def test_the_rehearsal_is_left_and_nothing_happens(key: str) -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("b")
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert not isinstance(pilot.app.screen, RehearsalScreen)
        assert not asked(swarm, "beat")


async def test_the_spawn_form_spawns_what_it_says() -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("n")
        await settle(pilot)
        form = pilot.app.screen
        assert isinstance(form, SpawnForm)
        form.query_one("#name", Input).value = "worker-9"
        form.query_one("#task", TextArea).text = "look around"
        form.query_one("#command", Input).value = "sh -c 'echo hello'"
        await pilot.press("ctrl+g")
        await settle(pilot)
        (request,) = asked(swarm, "spawn")
        assert isinstance(request, SpawnRequest)
        assert (request.name, request.role, request.command) == ("worker-9", "worker", ("sh", "-c", "echo hello"))


async def test_a_spawn_without_room_asks_who_is_to_be_ended_and_does_both_in_one_step() -> None:
    swarm = CannedSwarm()
    swarm.check = full_house()
    async with a_room(swarm) as (pilot, _, _swarm):
        await pilot.press("n")
        await settle(pilot)
        pilot.app.screen.query_one("#name", Input).value = "idea-gamma"
        pilot.app.screen.query_one("#task", TextArea).text = "look around"
        await pilot.press("ctrl+g")
        await settle(pilot)
        assert isinstance(pilot.app.screen, MakeRoom)
        await pilot.press("y")
        await settle(pilot)
        assert not asked(swarm, "spawn"), "nobody was ticked"
        await pilot.press("space", "y")
        await settle(pilot)
        (request,) = asked(swarm, "spawn")
        assert isinstance(request, SpawnRequest)
        assert request.kill_first == (swarm.check.candidates[0].agent,)


async def test_freezing_everything_wants_the_word() -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("E")
        await settle(pilot)
        assert isinstance(pilot.app.screen, TypedConfirm)
        await pilot.press("y", "enter")
        await settle(pilot)
        assert not asked(swarm, "freeze")
        pilot.app.screen.query_one("#word", Input).value = "freeze"
        await pilot.press("enter")
        await settle(pilot)
        assert asked(swarm, "freeze") == [None]


async def test_a_message_goes_to_the_agent_and_its_life() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(full_id("idea-alpha/worker-1"))
        life = room.agents.cursor_view.spawn_id if room.agents.cursor_view else ""
        await pilot.press("m")
        assert isinstance(pilot.app.screen, Prompt)
        await pilot.press(*"look at page 4", "enter")
        await settle(pilot)
        assert asked(swarm, "message") == [(full_id("idea-alpha/worker-1"), "look at page 4", life)]


async def test_hold_asks_why_and_takes_itself_back() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("H", *"long build", "enter")
        await settle(pilot)
        ((agent, beats, why, _),) = asked(swarm, "hold")
        assert (agent, beats, why) == (full_id("idea-alpha/worker-1"), 2, "long build")
        held = next(view for view in swarm.canned.agents if view.record and view.record.held_until)
        room.go_to(held.id)
        await pilot.press("H")
        await settle(pilot)
        assert asked(swarm, "hold")[1][1] == 0


async def test_a_refusal_of_the_engine_is_told_with_its_hint() -> None:
    async with a_room() as (pilot, room, swarm):
        swarm.refuse = Refused(Code.HIERARCHY, "That is not below you.", hint="Ask its parent.")
        room.go_to(full_id("idea-alpha/worker-1"))
        await pilot.press("P")
        await settle(pilot)
        note = list(pilot.app._notifications)[-1]
        assert "That is not below you." in note.title
        assert "Ask its parent." in note.message


async def test_pasted_text_outside_an_input_does_nothing() -> None:
    from textual import events

    async with a_room() as (pilot, room, swarm):
        room.post_message(events.Paste("xyXyBq"))
        await settle(pilot)
        assert not swarm.asked
        assert pilot.app.is_running


@pytest.mark.parametrize("access", [access for access in Access if not access.takes_acts], ids=str)
async def test_a_home_that_cannot_be_written_opens_as_a_viewer_that_says_why(access: Access) -> None:
    swarm = CannedSwarm()
    pulse = replace(swarm.canned.pulse, access=access, access_why="because of this")
    swarm.canned = replace(swarm.canned, pulse=pulse)
    async with a_room(swarm) as (pilot, room, _):
        assert room.query_one(Banner).display
        for key in ("B", "n", "x", "c", "A", "E"):
            await pilot.press(key)
            await settle(pilot)
        assert not swarm.asked
        assert isinstance(pilot.app.screen, ControlRoom)


async def test_on_a_full_disk_keys_act_all_the_same_because_someone_has_to_be_ended() -> None:
    swarm = CannedSwarm()
    pulse = replace(swarm.canned.pulse, access=Access.FULL, access_why="its volume is full")
    swarm.canned = replace(swarm.canned, pulse=pulse)
    async with a_room(swarm) as (pilot, room, _):
        assert room.query_one(Banner).display
        await pilot.press("B")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert [verb for verb, _ in swarm.asked] == ["beat"]


async def test_an_older_snapshot_never_replaces_a_newer_one() -> None:
    async with a_room() as (_, room, swarm):
        newer = replace(swarm.canned, generation=swarm.canned.generation + 2)
        older = Snapshot(1)
        room.show(newer)
        room.show(older)
        assert room.snapshot is newer


async def test_filter_narrows_and_escape_gives_all_back_with_the_cursor_where_it_was() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(full_id("idea-beta/worker-2"))
        everything = shown_ids(room.agents)
        await pilot.press("slash", *"beta", "enter")
        assert set(shown_ids(room.agents)) < set(everything)
        await pilot.press("escape")
        assert shown_ids(room.agents) == everything
        assert room.agents.cursor is not None
        assert room.agents.cursor.id == full_id("idea-beta/worker-2")


async def test_letters_typed_into_the_filter_are_not_acts() -> None:
    async with a_room() as (pilot, room, swarm):
        await pilot.press("slash", *"xXBEqn")
        await settle(pilot)
        assert room.agents.filter_text == "xXBEqn"
        assert not swarm.asked


async def test_numbers_show_tabs_and_tab_goes_round() -> None:
    async with a_room() as (pilot, room, _):
        for number, tab in enumerate(Tab, 1):
            await pilot.press(str(number))
            assert room.detail.tab is tab
        seen = []
        for key in ("tab", "shift+tab"):
            await pilot.press(key)
            seen.append(room.detail.tab)
        assert seen == [Tab.PROGRESS, Tab.EVENTS]


async def test_under_fifty_columns_enter_gives_the_detail_the_place_of_the_list() -> None:
    async with a_room(size=(45, 30)) as (pilot, room, _):
        assert room.query_one("#left").display
        assert not room.query_one("#right").display
        await pilot.press("enter")
        assert not room.query_one("#left").display
        assert room.query_one("#right").display
        await pilot.press("escape")
        assert room.query_one("#left").display


@pytest.mark.parametrize("size", [(60, 30), (80, 24), (109, 40)], ids=str)
async def test_below_110_columns_the_tree_has_the_width_until_the_detail_is_asked_for(size: tuple[int, int]) -> None:
    async with a_room(size=size) as (pilot, room, _):
        opened: list[bool] = []
        widths = {room.agents.size.width}
        for key, tab in (("tab", Tab.PROGRESS), ("5", Tab.PROCESS), ("enter", Tab.PROCESS)):
            for press in (key, "escape"):
                opened.append(room.query_one("#right").display)
                await pilot.press(press)
                widths.add(room.agents.size.width)
                assert room.agents.size.height >= 4
            assert room.detail.tab is tab
        assert opened == [False, True] * 3
        assert widths == {size[0] - 2}, "the detail opens below the tree, whose columns stay"


async def test_the_help_says_what_cannot_be_done_now() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(big_example().root)
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ControlRoom)


async def test_alerts_are_acknowledged_for_the_agent_in_question() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(full_id("scout-01"))
        await pilot.press("A")
        await settle(pilot)
        (alerts,) = asked(swarm, "acknowledge")
        assert {alert.agent for alert in alerts} == {full_id("scout-01")}


async def test_the_timeline_goes_to_the_agent_that_is_picked() -> None:
    async with a_room() as (pilot, room, swarm):
        await pilot.press("t")
        await settle(pilot)
        assert isinstance(pilot.app.screen, TimelineScreen)
        await pilot.press("G", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, ControlRoom)
        assert room.agents.cursor is not None
        assert room.agents.cursor.id == timeline_rows(swarm.canned)[-1].id


async def test_the_audit_log_opens_and_closes() -> None:
    async with a_room() as (pilot, _, _swarm):
        await pilot.press("e")
        await settle(pilot)
        assert isinstance(pilot.app.screen, AuditScreen)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, ControlRoom)


async def test_the_audit_log_opens_at_its_newest_record_without_everyday_progress() -> None:
    swarm = CannedSwarm()
    kept = [Event(n, AT, "operator", AuditVerb.SPAWN, full_id("scout-01"), "", True, "", "", {}) for n in range(200)]
    written = [Event(900 + n, AT, "scout", AuditVerb.PROGRESS, "", "", bool(n), "", "", {}) for n in range(2)]
    swarm.canned_events = (*kept, *written)
    async with a_room(swarm) as (pilot, _, _swarm):
        await pilot.press("e")
        await settle(pilot)
        feed = pilot.app.screen.query_one(EventFeed)
        assert feed.line_count == 201
        assert feed.current is not None
        assert feed.current.seq == 900
        assert feed.scroll_offset.y == 201 - feed.view_size.height


async def test_the_alerts_take_the_keys_and_give_them_back() -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("exclamation_mark")
        assert room.alerts.has_focus
        first = room.alerts.current
        await pilot.press("j")
        assert room.alerts.current != first
        assert room.alerts.current is not None
        wanted = room.alerts.current.agent
        await pilot.press("enter")
        await pilot.pause()
        assert room.agents.has_focus
        assert room.agents.cursor is not None
        assert room.agents.cursor.id == wanted
        for key in ("exclamation_mark", "escape"):
            await pilot.press("exclamation_mark", key)
            assert room.agents.has_focus


@pytest.mark.parametrize("size", [(75, 40), (45, 30), (60, 15)], ids=str)
async def test_alerts_that_have_the_keys_are_in_sight_at_every_size(size: tuple[int, int]) -> None:
    async with a_room(size=size) as (pilot, room, _):
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert room.alerts.has_focus
        assert room.alerts.view_size.height >= 2


async def test_the_tree_keeps_room_for_sentences_beside_the_detail() -> None:
    async with a_room(size=(90, 30)) as (_pilot, room, _):
        assert room.agents.size.width >= 56


async def test_an_objection_to_no_field_in_particular_stays_in_the_form() -> None:
    swarm = CannedSwarm()
    swarm.check = SpawnCheck("genesis-01/worker-9", 1, (Objection("", Code.HIERARCHY, "That is not below you."),))
    async with a_room(swarm) as (pilot, _, _swarm):
        await pilot.press("n")
        await settle(pilot)
        await pilot.press("ctrl+g")
        await settle(pilot)
        assert isinstance(pilot.app.screen, SpawnForm)
        assert not asked(swarm, "spawn")


async def test_a_rehearsal_stands_in_columns_and_says_all_of_the_chosen_row() -> None:
    async with a_room() as (pilot, _, _swarm):
        await pilot.press("b")
        await settle(pilot)
        rows = pilot.app.screen.query_one(CheckList).rows
        assert len(rows) >= 3
        starts = {sum(len(cell.text) for cell in row.cells[:2]) for row in rows}
        assert len(starts) == 1, "the reasons begin in one column"
        shown = pilot.app.screen.query_one("#chosen", Static).content
        assert str(shown) == rows[0].full
        await pilot.press("down")
        await pilot.pause()
        assert str(pilot.app.screen.query_one("#chosen", Static).content) == rows[1].full
        assert rows[1].full.startswith("kill genesis-01/")


async def test_the_form_asks_for_what_is_missing_without_scolding_before_one_has_typed() -> None:
    swarm = CannedSwarm()
    swarm.check = SpawnCheck(
        "genesis-01/x",
        1,
        (
            Objection("name", Code.NAME, "It has no name.", "Give it one."),
            Objection("task", Code.BRIEF, "It has no task.", "Say what is to be done."),
        ),
    )
    async with a_room(swarm) as (pilot, _, _swarm):
        await pilot.press("n")
        form = pilot.app.screen
        assert isinstance(form, SpawnForm)
        verdict = form.query_one("#verdict", Static)

        async def said(words: str) -> str:
            for _ in range(200):
                await pilot.pause(0.05)
                await settle(pilot)
                if words in str(verdict.content):
                    break
            return str(verdict.content)

        first = await said("still to be filled in")
        assert "still to be filled in: name, task" in first
        assert "✖" not in first
        await pilot.press("x", " ")
        touched = await said("✖")
        assert "still to be filled in: name" not in touched
        assert "still to be filled in: task" in touched
        await pilot.press("ctrl+g")
        asked_for = await said("✖ Task")
        assert "it is empty: say what is to be done" in asked_for


async def test_the_form_knows_programs_and_a_model() -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("n")
        await settle(pilot)
        form = pilot.app.screen
        assert isinstance(form, SpawnForm)
        form.query_one("#name", Input).value = "worker-9"
        form.query_one("#task", TextArea).text = "look around"
        form.query_one("#program", Select).value = "claude"
        form.query_one("#model", Input).value = " opus "
        await pilot.press("ctrl+g")
        await settle(pilot)
        (request,) = asked(swarm, "spawn")
        assert (request.program, request.model) == ("claude", "opus")


async def test_a_terminal_without_focus_is_looked_at_seldom_until_the_focus_or_a_key_comes() -> None:
    async with a_room() as (pilot, room, swarm):

        async def seen_after(event: events.AppBlur | events.AppFocus) -> bool:
            pilot.app.post_message(event)
            await pilot.pause()
            return swarm.watching.seen

        assert not await seen_after(events.AppBlur())
        cast("SwarmApp", pilot.app).take_settings()
        assert not swarm.watching.seen, "an edit of swarm.toml brings nobody back"
        swarm.at = swarm.at._replace(wall=swarm.at.wall + 60)
        assert await seen_after(events.AppFocus())
        assert room.now == swarm.at, "ages are those of this moment"
        assert not await seen_after(events.AppBlur())
        await pilot.press("j")
        seen = swarm.watching.seen
        assert seen, "whoever presses a key is there"


async def test_a_picture_taken_under_older_settings_does_not_shut_out_the_new_ones() -> None:
    async with a_room() as (pilot, room, swarm):
        app = pilot.app
        assert isinstance(app, SwarmApp)
        late = replace(swarm.snapshot(), generation=1_000, home="as it was")
        old_watch = swarm.on_snapshot
        app.take_settings()
        assert swarm.on_snapshot is not old_watch
        old_watch(late)
        swarm.on_snapshot(replace(swarm.snapshot(), generation=1, home="as it is"))
        await pilot.pause()
        assert room.snapshot.home == "as it is"


def test_a_rehearsal_has_a_row_for_whatever_a_plan_may_hold() -> None:
    for kind in ActionKind:
        (row,) = rows([Action(kind, "genesis-01/a", "s", "because")], "genesis-01")
        assert kind.value in row.full
