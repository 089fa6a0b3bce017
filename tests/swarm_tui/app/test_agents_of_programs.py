"""The control room on agents of real programs: sub-agents, messages, take-over, sessions that go on."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from swarm.errors import Code, SwarmError
from swarm.model.activity import ActivityState
from swarm.model.record import Ending, Phase
from swarm.model.requests import Messaged, Objection, SpawnCheck
from swarm.model.values import replace
from swarm.protocol import inbox
from swarm.protocol.inbox import entry
from swarm.protocol.paths import AgentDir
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.deliveries import Deliveries
from swarm_tui.app.handlers import message, respawn
from swarm_tui.app.screens.control_room import ControlRoom
from tests.support.canned import CannedSwarm
from tests.support.swarms import (
    MINUTE,
    NOW,
    a_snapshot,
    a_spec,
    a_view,
    a_wait,
    big_example,
    full_id,
    with_programs,
    with_view,
)
from tests.support.widget_app import screen_text
from widgets.confirm import Confirm
from widgets.pick_one import PickOne

WORKER = full_id("idea-alpha/worker-1")
INNER = f"{full_id('idea-alpha/worker-1')}/~toolu_07"


@asynccontextmanager
async def a_room(swarm: CannedSwarm | None = None) -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    taken = swarm if swarm is not None else CannedSwarm(with_programs(big_example()))
    app = SwarmApp(taken, beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        yield pilot, app.room, taken


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def asked(swarm: CannedSwarm, verb: str) -> list[object]:
    return [what for said, what in swarm.asked if said == verb]


def toasts(pilot: Pilot[int]) -> str:
    return "\n".join(note.message for note in pilot.app._notifications)


def with_inner(swarm: CannedSwarm) -> None:
    """Worker-1, of a program that can end its sub-agents one by one, has one."""
    inner = a_view(
        f"{WORKER}/~toolu_07",
        record=None,
        ghost=True,
        role="explore",
        name="Read the docs",
        description="Read the docs",
        parent=WORKER,
        depth=3,
    )
    agents = []
    for view in swarm.canned.agents:
        agents += [view, inner] if view.id == WORKER else [view]
    swarm.canned = replace(swarm.canned, agents=tuple(agents))


async def test_a_sub_agent_is_a_row_below_its_agent_and_says_what_it_is_for() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(f"{full_id('scout-01')}/~toolu_01")
        await pilot.pause()
        shown = screen_text(pilot.app)
        assert re.search(r"◌ Compare.*… ?\w+ +sub-agent .*Compare the pricing pages", shown), "its row says it whole"
        assert str(room.detail.border_title).endswith("sub-agent")


async def test_x_on_a_sub_agent_names_it_and_stops_just_that_one() -> None:
    swarm = CannedSwarm(with_programs(big_example()))
    with_inner(swarm)
    async with a_room(swarm) as (pilot, room, _):
        room.go_to(INNER)
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert pilot.app.screen.question.title == f'Stop the sub-agent "Read the docs" of {WORKER}?'
        assert asked(swarm, "kill") == []
        await pilot.press("y")
        await settle(pilot)
        assert asked(swarm, "kill") == [((INNER,), None, {INNER: "spawn-worker-1"})]


async def test_where_the_program_cannot_end_one_the_reason_is_said() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(f"{full_id('scout-01')}/~toolu_01")
        await pilot.press("x")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)
        assert "cannot end one sub-agent" in toasts(pilot)
        await pilot.press("m")
        await settle(pilot)
        assert "it runs inside genesis-01/scout-01: act on that one" in toasts(pilot)
        assert swarm.asked == []


async def test_the_head_of_the_detail_says_what_it_does_and_what_it_cost() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(WORKER)
        await pilot.pause()
        shown = screen_text(pilot.app)
        assert "in Bash for 4m" in shown
        assert "1.6M tok" in shown
        assert "$2.41" in shown
        assert "context 42%" in shown
        assert "+?/h" in shown.splitlines()[0], "scout-01 has no price"
        await pilot.press("5")
        await pilot.pause()
        assert "5f0c2a6e-7d31-4b58-9c11-0d2f8f5e4a77" in screen_text(pilot.app)


async def test_a_message_into_a_session_is_said_to_be_sent_and_then_to_have_arrived() -> None:
    swarm = CannedSwarm(with_programs(big_example()))
    swarm.sends = True
    async with a_room(swarm) as (pilot, room, _):
        room.go_to(WORKER)
        await pilot.press("m")
        await pilot.pause()
        assert "It goes into the running session" in screen_text(pilot.app)
        pilot.app.screen.query_one(Input).value = "Take the newer table."
        await pilot.press("enter")
        await settle(pilot)
        assert "m-4d5e6f is sent into the session" in toasts(pilot)
        view = next(view for view in swarm.canned.agents if view.id == WORKER)
        assert view.activity is not None
        inbox = replace(view.activity, delivered=(("m-4d5e6f", NOW.wall),))
        room.show(with_view(swarm.canned, replace(view, activity=inbox)))
        await pilot.pause()
        assert f"{WORKER} was told m-4d5e6f at" in toasts(pilot)
        assert "message m-4d5e6f was delivered" in screen_text(pilot.app)


async def test_a_message_that_waits_says_why() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(full_id("idea-alpha/worker-2"))
        await pilot.press("m")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "Hello."
        await pilot.press("enter")
        await settle(pilot)
        assert "waits in the inbox.md" in toasts(pilot)
        assert "takes no words while it runs" in toasts(pilot)


def test_a_delivery_is_told_once_and_an_agent_that_lives_anew_takes_its_messages_along() -> None:
    waiting = Deliveries()
    waiting.sent(Messaged(full_id("w"), "m-1", sent=True), "spawn-w")
    waiting.sent(Messaged(full_id("w"), "m-2", sent=True), "spawn-w")
    there = a_snapshot(a_view("w", activity=ActivityState(delivered=(("m-1", 5.0),))))
    assert [(each.id, each.at) for each in waiting.arrived(there)] == [("m-1", 5.0)]
    assert waiting.arrived(there) == []
    anew = a_snapshot(a_view("w", spawn_id="another", activity=ActivityState(delivered=(("m-2", 6.0),))))
    assert waiting.arrived(anew) == []
    assert waiting.arrived(a_snapshot(a_view("w", activity=ActivityState(delivered=(("m-2", 6.0),))))) == []


def test_a_message_that_a_hook_takes_out_of_an_inbox_is_told_once(tmp_path: Path) -> None:
    class Here(CannedSwarm):
        def agent_dir(self, agent_id: str) -> AgentDir:
            return AgentDir(tmp_path)

    agent, swarm, waiting = AgentDir(tmp_path), Here(), Deliveries()
    agent.run.mkdir()
    agent.inbox.write_text(entry("Take the newer table.", "operator", NOW.wall, "m-aa11bb"))
    waiting.sent(Messaged(full_id("w"), "m-aa11bb", waits="it is paused"), "spawn-w")
    assert waiting.in_inboxes
    assert waiting.read_inboxes(swarm) == []
    inbox.mark(agent, inbox.undelivered(agent)[1])
    taken = waiting.read_inboxes(swarm)
    assert [(each.agent, each.id) for each in waiting.taken(taken, NOW.wall)] == [(full_id("w"), "m-aa11bb")]
    assert waiting.taken(taken, NOW.wall) == []
    assert not waiting.in_inboxes


async def test_a_says_what_a_take_over_does_before_it_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.delenv("TMUX", raising=False)
    async with a_room() as (pilot, room, _):
        monkeypatch.setattr(SwarmApp, "suspend_for", lambda _self, command, _words: ran.append(command))
        room.go_to(WORKER)
        await pilot.press("a")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert "Its run by itself ends first" in screen_text(pilot.app)
        await pilot.press("n")
        await settle(pilot)
        assert ran == []
        await pilot.press("a")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert [command[-2:] for command in ran] == [["attach", WORKER]]


async def test_a_follows_the_output_of_a_program_that_cannot_be_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.delenv("TMUX", raising=False)
    async with a_room() as (pilot, room, _):
        monkeypatch.setattr(SwarmApp, "suspend_for", lambda _self, command, _words: ran.append(command))
        room.go_to(full_id("idea-alpha/worker-2"))
        await pilot.press("a")
        await settle(pilot)
        assert [command[-3:] for command in ran] == [["log", full_id("idea-alpha/worker-2"), "-f"]]


async def test_a_on_an_ended_agent_says_so_and_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    async with a_room() as (pilot, room, _):
        monkeypatch.setattr(message, "_run_here", lambda *words: ran.append([]))
        room.go_to(full_id("migrate-01"))
        await pilot.press("a")
        await settle(pilot)
        assert ran == []
        assert "has ended; what it put out is in its transcript (2)" in toasts(pilot)


@pytest.mark.parametrize(("keys", "fresh"), [(("j", "enter"), False), (("j", "j", "enter"), True)])
async def test_r_goes_on_with_the_session_or_begins_anew(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], fresh: bool
) -> None:
    monkeypatch.setattr(respawn, "session_for", lambda *_: "5f0c2a6e")
    async with a_room() as (pilot, room, swarm):
        ended = a_view("over", phase=Phase.ENDED, ending=Ending.FAILED, program="claude", spec=a_spec("over"))
        agents = (*swarm.canned.agents, ended)
        room.show(replace(swarm.canned, agents=agents, generation=2))
        room.agents.move_to(ended.id)
        await pilot.press("r")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PickOne)
        await pilot.press(*keys)
        await settle(pilot)
        assert asked(swarm, "respawn") == [(ended.id, fresh)]


async def test_what_has_failed_several_times_is_asked_about_and_not_refused() -> None:
    async with a_room() as (pilot, room, swarm):
        ended = a_view("over", phase=Phase.ENDED, ending=Ending.FAILED, program="claude", spec=a_spec("over"))
        room.show(replace(swarm.canned, agents=(*swarm.canned.agents, ended), generation=2))
        room.agents.move_to(ended.id)
        failed = Objection("name", Code.CRASH_LOOP, "'over' failed 3 times in a row of 900 s.")
        swarm.respawn_check = SpawnCheck(ended.id, 1, (failed,))
        await pilot.press("r")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert pilot.app.screen.question.title == f"Start {ended.id} again, after several failed starts?"
        await pilot.pause()
        assert "failed 3 times in a row" in screen_text(pilot.app)
        await pilot.press("y")
        await settle(pilot)
        assert asked(swarm, "respawn") == [(ended.id, True)]
        assert asked(swarm, "forced") == [ended.id]


async def test_r_offers_the_environment_of_this_shell_where_it_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(respawn, "names_that_differ", lambda _: ("ANTHROPIC_API_KEY",))
    async with a_room() as (pilot, room, swarm):
        ended = a_view("over", phase=Phase.ENDED, ending=Ending.FAILED, program="claude", spec=a_spec("over"))
        room.show(replace(swarm.canned, agents=(*swarm.canned.agents, ended), generation=2))
        room.agents.move_to(ended.id)
        await pilot.press("r")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PickOne)
        await pilot.pause()
        assert "other: ANTHROPIC_API_KEY" in screen_text(pilot.app)
        await pilot.press("j", "j", "enter")
        await settle(pilot)
        assert asked(swarm, "here") == [ended.id]


async def test_a_start_that_ends_at_once_is_an_error_with_its_reason() -> None:
    async with a_room() as (pilot, room, swarm):
        ended = a_view("over", phase=Phase.ENDED, ending=Ending.FAILED, program="claude", spec=a_spec("over"))
        room.show(replace(swarm.canned, agents=(*swarm.canned.agents, ended), generation=2))
        room.agents.move_to(ended.id)
        swarm.ended_at_once = SwarmError("'over' has ended as soon as it was started.", "Its stderr ends: no module.")
        await pilot.press("r")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert "no module" in toasts(pilot)


async def test_an_agent_that_is_being_ended_is_shown_as_such() -> None:
    async with a_room() as (pilot, room, swarm):
        view = a_view("leaving", phase=Phase.STOPPING, age=MINUTE, why="not needed any more")
        room.show(replace(swarm.canned, agents=(*swarm.canned.agents, view), generation=2))
        room.go_to(view.id)
        await pilot.pause()
        assert str(room.detail.border_title).endswith("ending")
        assert "is being ended: not" in screen_text(pilot.app)


async def test_an_agent_that_waits_for_its_service_says_so_and_is_tried_again_with_the_key_of_resume() -> None:
    swarm = CannedSwarm(with_programs(big_example()))
    waits = a_view(WORKER, phase=Phase.WAITING, waiting=a_wait(), liveness=None)
    swarm.canned = with_view(swarm.canned, waits)
    async with a_room(swarm) as (pilot, room, _):
        room.go_to(WORKER)
        await pilot.pause()
        assert "529 Overloaded" in screen_text(pilot.app)
        assert "next try in" in screen_text(pilot.app)
        await pilot.press("P")
        await settle(pilot)
        assert asked(swarm, "resume")
        assert not asked(swarm, "pause")
