"""Many keys in one read: they go to what the first of them opens, none is lost, none runs as a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from swarm.model.requests import Rehearsal
from swarm.model.snapshot import Snapshot
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.dry_run import RehearsalScreen
from swarm_tui.app.screens.help import HelpScreen
from swarm_tui.app.screens.history import AuditScreen
from swarm_tui.app.screens.palette import PaletteScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.screens.spawn_form import SpawnForm
from tests.support.canned import CannedSwarm
from tests.support.homes import LiveHome
from tests.support.swarms import full_id
from tests.support.tmux import needs_tmux
from tests.swarm_tui.app.test_real_terminal import room as real_room
from widgets.confirm import Confirm

WORKER = "idea-alpha/worker-1"


class SlowSwarm(CannedSwarm):
    """A swarm whose rehearsal takes until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = Event()

    def rehearse(self, snapshot: Snapshot | None = None) -> Rehearsal:
        self.goes_on.wait(30)
        return super().rehearse(snapshot)


@asynccontextmanager
async def a_room(swarm: CannedSwarm | None = None) -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    taken = swarm if swarm is not None else CannedSwarm()
    app = SwarmApp(taken, beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(full_id(WORKER))
        await pilot.pause()
        yield pilot, app.room, taken


async def at_once(pilot: Pilot[int], *keys: str) -> None:
    """All keys as one read of the terminal gives them: each a character, or the name of a key."""
    hand_over(pilot, *keys)
    await settle(pilot)


def hand_over(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        one = len(key) == 1
        pilot.app.post_message(events.Key(_character_to_key(key) if one else key, key if one else None))


async def settle(pilot: Pilot[int]) -> None:
    app = pilot.app
    assert isinstance(app, SwarmApp)
    await pilot.pause()
    while app._key_order._work is not None:
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def top(pilot: Pilot[int]) -> type[Screen[Any]]:
    return type(pilot.app.screen)


def notes(pilot: Pilot[int]) -> str:
    return " ".join(note.message for note in pilot.app._notifications)


async def test_the_filter_gets_every_letter_and_enter_ends_it() -> None:
    async with a_room() as (pilot, room, swarm):
        await at_once(pilot, *"/scout")
        assert room.filter_line.value == room.agents.filter_text == "scout"
        await at_once(pilot, *"xyz", "enter", "g", "j")
        assert room.agents.filter_text == "scoutxyz"
        assert room.agents.has_focus
        assert not swarm.asked
        assert isinstance(pilot.app.screen, ControlRoom)


async def test_a_message_typed_with_its_key_is_sent_whole_and_the_next_key_is_the_rooms_again() -> None:
    async with a_room() as (pilot, room, swarm):
        await at_once(pilot, "m", *"look at x, Yes?", "enter", "g", "j")
        ((verb, what),) = swarm.asked
        assert verb == "message"
        assert isinstance(what, tuple)
        assert what[:2] == (full_id(WORKER), "look at x, Yes?")
        assert room.agents.cursor_line == 1


@pytest.mark.parametrize(
    ("key", "text", "opened", "box"),
    [
        ("n", "worker-xy", SpawnForm, "#name"),
        (":", "xX B stop", PaletteScreen, "Input"),
        ("H", "for EXy", Prompt, "#answer"),
    ],
)
async def test_what_a_key_opens_gets_the_text_that_came_with_it(
    key: str, text: str, opened: type[Screen[Any]], box: str
) -> None:
    async with a_room() as (pilot, _, swarm):
        await at_once(pilot, key, *text)
        assert isinstance(pilot.app.screen, opened)
        assert pilot.app.screen.query_one(box, Input).value == text
        assert not swarm.asked


async def test_keys_behind_x_move_in_its_dialog_and_none_of_them_says_yes_unread() -> None:
    async with a_room() as (pilot, room, swarm):
        before = room.agents.cursor_line
        await at_once(pilot, *"xjjy")
        assert isinstance(pilot.app.screen, Confirm)
        assert room.agents.cursor_line == before
        assert "y was typed before this could be read" in notes(pilot)
        await at_once(pilot, *"nXn")
        assert isinstance(pilot.app.screen, ControlRoom)
        assert not swarm.asked
        await at_once(pilot, "x")
        await at_once(pilot, "y")
        assert [verb for verb, _ in swarm.asked] == ["kill"]


async def test_keys_behind_one_that_asks_the_engine_first_wait_for_what_it_opens() -> None:
    async with a_room() as (pilot, room, swarm):
        before = room.agents.cursor_line
        await at_once(pilot, *"ejkq")
        assert top(pilot) is ControlRoom, "q closed the audit log"
        await at_once(pilot, *"ej")
        assert top(pilot) is AuditScreen
        await at_once(pilot, "escape", "?")
        assert top(pilot) is HelpScreen
        await at_once(pilot, "escape", "b", "enter")
        assert top(pilot) is RehearsalScreen, "enter beats only once the plan was seen"
        assert not swarm.asked
        assert room.agents.cursor_line == before


async def test_what_takes_long_to_open_says_so_and_esc_goes_on_without() -> None:
    swarm = SlowSwarm()
    async with a_room(swarm) as (pilot, room, _):
        hand_over(pilot, *"bjj")
        try:
            while "esc goes on without" not in notes(pilot):
                await pilot.pause()
            hand_over(pilot, "escape")
            await pilot.pause()
            hand_over(pilot, *"gj")
            await pilot.pause()
            assert room.agents.cursor_line == 1
        finally:
            swarm.goes_on.set()
        await settle(pilot)
        assert isinstance(pilot.app.screen, ControlRoom)


async def test_a_paste_goes_to_the_input_that_the_key_before_it_opened() -> None:
    async with a_room() as (pilot, _, _swarm):
        hand_over(pilot, "m")
        pilot.app.post_message(events.Paste("xyXyBq"))
        hand_over(pilot, "!")
        await settle(pilot)
        assert pilot.app.screen.query_one("#answer", Input).value == "xyXyBq!"


def has_row(screen: str, name: str) -> bool:
    """Whether the tree has a row for a new agent."""
    return any(name in line and "starting" in line for line in screen.splitlines())


@needs_tmux
@pytest.mark.tmux
def test_in_a_real_terminal_one_write_is_typed_into_what_it_opens(live_home: LiveHome) -> None:
    live_home.spawn("scout-01")
    live_home.spawn("worker-1")
    with real_room(live_home.root) as tmux:
        tmux.wait_for("scout-01", "worker-1")
        tmux.write("/scout")
        tmux.wait_for("/scout")
        tmux.wait_until(lambda screen: not has_row(screen, "worker-1"), "the row of worker-1 is left out")
        tmux.keys("Escape")
        tmux.wait_until(lambda screen: has_row(screen, "worker-1"), "the row of worker-1 is back")
        tmux.keys("j")
        tmux.write("mlook at x, yes?\n")
        tmux.wait_for("waits in the inbox.md of genesis-01/scout-01")
        assert "look at x, yes?" in live_home.agent("scout-01").inbox.read_text()
        tmux.write("nworker-xy")
        tmux.wait_for("spawn an agent", "worker-xy")
        tmux.keys("Escape")
        tmux.wait_gone("spawn an agent")
        tmux.write(":stop this")
        tmux.wait_for("stop this")
        tmux.keys("Escape")
        tmux.wait_gone("stop this")
        tmux.write("xjy")
        tmux.wait_for("Stop genesis-01/scout-01?", "y was typed before this could be read")
        tmux.keys("Escape")
        tmux.wait_gone("Stop genesis-01/scout-01?")
    assert live_home.alive("scout-01")
    assert live_home.alive("worker-1")
