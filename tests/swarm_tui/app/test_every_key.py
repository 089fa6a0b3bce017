"""Every key of the table, and a click, on every kind of row, dialogs answered both ways: nothing breaks at any size.

What is added to the table, to the states of health or to `every_row` is tried by itself. Each key is pressed at two of
the sizes, and each pair of row and act that does something is tried at one of them; with EVERY_KEY=1 in the
environment, which takes minutes, all at each of them.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from swarm_tui.app.act import Act, Group
from swarm_tui.app.actions import ACTS
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.control_room import ControlRoom
from tests.support.canned import CannedSwarm
from tests.support.every_row import every_row, row_ids
from widgets.confirm import Confirm, TypedConfirm

pytestmark = pytest.mark.timeout(600)  # ten seconds of processor time each: a busy machine is no failure
SIZES = [(160, 45), (80, 24), (45, 20)]
OF_KEYS = [*SIZES, (20, 5)]
WHOLE = bool(os.environ.get("EVERY_KEY"))
LEAVES = {"quit"}
SHOWS = set() if WHOLE else {Group.LOOK, Group.FIND}
SHOWN_TO_ONE_OF = 12
"""Acts that only show something are tried on every twelfth of the rows that the others are tried on."""
WITHOUT_A_ROW = {Group.MOVE, Group.ROOM}
"""What these do is the same on every row: their keys are pressed once a size."""


@asynccontextmanager
async def a_room(size: tuple[int, int], more: int = 0) -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    swarm = CannedSwarm(every_row(more))
    app = SwarmApp(swarm, beats=False)
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot, app.room, swarm
        await app.workers.wait_for_complete()
        await pilot.pause()  # what broke in the app is raised where its run ends


async def settled(pilot: Pilot[int]) -> None:
    """Waits until what was begun is done: answers of the swarm, and the messages of every widget."""
    await pilot.app.workers.wait_for_complete()
    await pilot._wait_for_screen()  # a pause would wait for an idle processor as well, at each of some thousand acts


async def leave(pilot: Pilot[int], room: ControlRoom) -> None:
    """Leaves whatever was opened by a No, as a key for it would."""
    while pilot.app.screen is not room:
        screen = pilot.app.screen
        if isinstance(screen, Confirm | TypedConfirm):
            screen.action_answer(False)
        else:
            pilot.app.pop_screen()
        await pilot._wait_for_screen()


async def say_yes(pilot: Pilot[int]) -> None:
    """Answers what is on top as one who wants what it asks for."""
    screen = pilot.app.screen
    if isinstance(screen, TypedConfirm):
        await pilot.press(*screen.word, "enter")
    elif isinstance(screen, Confirm):
        await pilot.press("y")
    else:
        for box in list(screen.query(Input))[:1]:
            box.value = "2 words"
        await pilot.press("enter")
    await settled(pilot)


async def do(pilot: Pilot[int], act: Act) -> None:
    """Does what the key of an act does, refused or not."""
    await pilot.app.run_action(f"act('{act.name}')", pilot.app.screen)
    await settled(pilot)


async def try_on(
    pilot: Pilot[int], room: ControlRoom, rows: Sequence[str], share: int = 0, shares: int = 1
) -> set[str]:
    """Does on each row each act that can be done there, or its share of them; returns those that opened something.

    That is left by a No on every row, and by a Yes on the first. For what cannot be done a reason is asked.
    """
    opened: set[str] = set()
    for at, row in enumerate(rows):
        for number, act in enumerate(ACTS):
            if act.name in LEAVES or act.group in WITHOUT_A_ROW or (act.name in opened and act.name in ANYWHERE):
                continue
            of_all = shares * SHOWN_TO_ONE_OF if act.group in SHOWS else shares
            if (at + number) % of_all != share:
                continue
            room.go_to(row)
            if act.disabled_reason(room.where()):
                continue
            await do(pilot, act)
            if pilot.app.screen is not room and act.name not in opened:
                opened.add(act.name)
                await leave(pilot, room)
                room.go_to(row)
                await do(pilot, act)
                await say_yes(pilot)
            await leave(pilot, room)
        room.clear()
    return opened


ANYWHERE = {"spawn", "freeze", "timeline", "plan", "results", "audit", "sessions", "beat"}
"""What they open is the same on every row."""


async def click(pilot: Pilot[int], room: ControlRoom, row: str) -> None:
    """Clicks the row of an agent where the tree shows it."""
    room.go_to(row)
    await settled(pilot)
    tree = room.agents
    frame = tree.content_region.y - tree.region.y
    await pilot.click(tree, offset=(12, frame + tree.HEADINGS + tree.cursor_line - tree.scroll_offset.y))
    view = tree.cursor_view
    assert view is not None
    assert view.id == row


async def press_every_key(pilot: Pilot[int], room: ControlRoom, share: int = 0, shares: int = 1) -> None:
    keys = [key for act in ACTS if act.name not in LEAVES for key in act.keys]
    for key in keys[share::shares]:
        await pilot.press(key)
        await settled(pilot)
        await leave(pilot, room)
        room.clear()


@pytest.mark.parametrize("size", OF_KEYS, ids=str)
async def test_every_key_does_something_or_says_why_not(size: tuple[int, int]) -> None:
    share, shares = (0, 1) if WHOLE else (OF_KEYS.index(size) % 2, 2)
    async with a_room(size) as (pilot, room, _):
        await press_every_key(pilot, room, share, shares)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_act_on_every_kind_of_row_is_done_or_refused(size: tuple[int, int]) -> None:
    share, shares = (0, 1) if WHOLE else (SIZES.index(size), len(SIZES))
    async with a_room(size) as (pilot, room, swarm):
        for row in row_ids()[share::shares]:
            await click(pilot, room, row)
        opened = await try_on(pilot, room, row_ids(), share, shares)
    assert {"stop", "stop_hard", "message", "hold", "reject"} <= opened
    assert {verb for verb, _ in swarm.asked} >= {"kill", "pause", "read", "message", "hold"}


async def test_every_act_is_done_or_refused_among_a_thousand_agents() -> None:
    async with a_room((80, 24), more=1000) as (pilot, room, _):
        await try_on(pilot, room, row_ids() if WHOLE else row_ids()[::18], 0, 1 if WHOLE else 3)
