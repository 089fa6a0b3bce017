"""One rule for targets: the marked agents, else the one under the cursor; nothing is done to whom no eye can find."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from swarm.errors import Code, NotFound
from swarm.model.agent import Acceptance
from swarm.model.causes import AlertCause
from swarm.model.record import Alert, Ending, Phase
from swarm.model.requests import EvictionChoice, Objection, SpawnCheck
from swarm.model.snapshot import Access
from swarm.model.values import replace
from swarm_tui.app.act import On
from swarm_tui.app.actions import ACTS, BY_NAME
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.capabilities import Where
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.eviction import MakeRoom
from swarm_tui.app.screens.prompt import Prompt
from tests.support.canned import A_WORKTREE, CannedSwarm
from tests.support.swarms import NOW, POLICY, a_root, a_snapshot, a_spec, a_view, full_id, results
from tests.support.widget_app import screen_text
from widgets.confirm import Confirm

IDEA, WORKER, OTHER, ONE, TWO = (full_id(name) for name in ("idea", "idea/worker", "other", "one", "two"))


def over(name: str) -> Any:
    spec = a_spec(name, acceptance=(Acceptance("it is there", ""),))
    return a_view(
        name, phase=Phase.ENDED, ending=Ending.DONE, ended_ago=60.0, spec=spec, results=results(), program="claude"
    )


@asynccontextmanager
async def a_room() -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    snapshot = a_snapshot(
        a_root(), a_view("idea", children=1, slots=2), a_view("idea/worker"), a_view("other"), over("one"), over("two")
    )
    alert = Alert(OTHER, AlertCause.LOOPING, "it loops", "spawn-other", NOW.wall, NOW.wall)
    swarm = CannedSwarm(replace(snapshot, alerts=(alert,)))
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        yield pilot, app.room, swarm


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def mark(pilot: Pilot[int], room: ControlRoom, *agents: str) -> None:
    room.agents.clear_marks()
    for agent in agents:
        room.go_to(agent)
        await press(pilot, "v")


def toasts(pilot: Pilot[int]) -> str:
    said = " | ".join(note.message for note in pilot.app._notifications)
    pilot.app._notifications.clear()
    return said


def question(pilot: Pilot[int]) -> Any:
    dialog = pilot.app.screen
    assert isinstance(dialog, Confirm), dialog
    return dialog.question


def test_what_can_be_done_to_one_says_so_where_several_are_marked() -> None:
    views = tuple(a_view(name, spec=a_spec(name, worktree=A_WORKTREE)) for name in ("one", "two"))
    where = Where(a_snapshot(a_root(), *views), Access.WRITABLE, "", agent=views[0], marked=views, policy=POLICY)
    said = {act.name: act.disabled_reason(where) for act in ACTS if act.on is On.ONE}
    assert set(said) >= {"attach", "diff", "merge", "handover", "spawn_like", "adopt_stray"}
    assert set(said.values()) == {"it is done to one agent at a time, and 2 are marked: clear unmarks them"}
    one = replace(where, marked=views[1:])
    assert one.one is views[1], "one that is marked goes before the one under the cursor"


async def test_marks_are_counted_on_the_strip_and_asked_about_where_the_list_does_not_show_them() -> None:
    async with a_room() as (pilot, room, swarm):
        await mark(pilot, room, WORKER, OTHER)
        strip = screen_text(pilot.app).splitlines()[-1]
        assert "2 marked:" in strip
        assert "x stop" in strip
        assert "P pause" in strip
        assert "r again" not in strip, "they run"
        await press(pilot, "P")
        assert [target.agent for target in question(pilot).targets] == [WORKER, OTHER]
        assert question(pilot).yes == "Pause"
        await press(pilot, "escape")

        room.go_to(OTHER)
        await press(pilot, "slash", *"other", "enter", "H")
        asked = question(pilot)
        assert asked.title == "Of 2 marked, 1 not on the screen. Go on with all of them?"
        assert [target.agent for target in asked.targets] == [WORKER]
        assert f"{WORKER} is not on the screen: the filter other leaves it out." in asked.notes
        await press(pilot, "escape")
        assert swarm.asked == []
        await press(pilot, "x")
        assert f"{WORKER} is not on the screen: the filter other leaves it out." in question(pilot).notes, "once"
        await press(pilot, "escape", "H", "y")
        # The marks are gone, and the prompt holds those that were marked when the key was pressed.
        assert isinstance(pilot.app.screen, Prompt)
        room.agents.clear_marks()
        await press(pilot, *"why", "enter")
        held: list[Any] = [what for _, what in swarm.asked]
        assert [what[0] for what in held] == [WORKER, OTHER]

        await press(pilot, "escape", "escape")
        assert "marked" not in screen_text(pilot.app).splitlines()[-1]


async def test_p_on_a_subtree_c_on_several_and_b_ask_and_a_asks_for_all_alerts() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(IDEA)
        await press(pilot, "P")
        assert [target.agent for target in question(pilot).subtree] == [WORKER]
        await press(pilot, "escape", "A")
        assert question(pilot).title == f"{IDEA} has no open alert. Acknowledge the one that is open?"
        assert question(pilot).notes == (f"looping  {OTHER}: it loops",)
        await press(pilot, "escape")
        await mark(pilot, room, ONE, TWO)
        await press(pilot, "c")
        assert [target.agent for target in question(pilot).targets] == [ONE, TWO]
        await press(pilot, "enter")
        assert swarm.asked == [], "the default is no"
        await press(pilot, "c", "y")
        assert swarm.asked == [("read", ONE), ("read", TWO)]
        await press(pilot, "B")
        assert question(pilot).title == "Beat now?"
        assert "It ends nobody." in question(pilot).notes
        await press(pilot, "escape")
        assert [verb for verb, _ in swarm.asked] == ["read", "read"]


async def test_slots_of_who_is_below_another_target_are_counted_once() -> None:
    async with a_room() as (pilot, room, _):
        await mark(pilot, room, IDEA, WORKER)
        await press(pilot, "x")
        assert "; 2 slots come free." in " ".join(question(pilot).notes)


async def test_a_message_to_who_has_ended_is_refused_at_once_and_one_that_is_refused_later_comes_back() -> None:
    async with a_room() as (pilot, room, swarm):
        room.go_to(ONE)
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, ControlRoom)
        said = toasts(pilot)
        assert f"{ONE} has ended and reads no messages: r starts it again, in its session where that can go on" in said
        room.go_to(OTHER)
        swarm.refuse = NotFound(f"{OTHER!r} does not run.")
        await press(pilot, "m", *"look", "enter")
        assert isinstance(pilot.app.screen, Prompt)
        assert "look" in screen_text(pilot.app)
        assert f"It was not sent to {OTHER}" in screen_text(pilot.app)


async def test_several_are_spawned_again_once_all_are_checked_and_room_is_made() -> None:
    async with a_room() as (pilot, room, swarm):
        lack = Objection("slots", Code.NO_SLOT, f"No slot is free for {TWO}.")
        victim = EvictionChoice(OTHER, "spawn-other", "overdue", "silent", 1)
        swarm.respawn_check = SpawnCheck("", 2, (lack,), candidates=(victim,))
        await mark(pilot, room, ONE, TWO)
        await press(pilot, "r")
        assert [target.agent for target in question(pilot).targets] == [ONE, TWO]
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, MakeRoom)
        assert swarm.asked == [], "nothing begins before there is room for all"
        await press(pilot, "space", "y")
        assert swarm.asked == [("respawn", (agent, True, (OTHER,))) for agent in (ONE, TWO)]
        swarm.asked.clear()
        swarm.respawn_check = SpawnCheck("", 2, (Objection("role", Code.ROLE, "There is no role like that."),))
        await press(pilot, "r", "y")
        assert swarm.asked == []
        assert "None of them was started." in toasts(pilot)


def test_who_lies_below_another_that_is_marked_is_not_spawned_again_with_it() -> None:
    views = (over("one"), over("one/below"))
    where = Where(a_snapshot(a_root(), *views), Access.WRITABLE, "", marked=views, policy=POLICY)
    said = BY_NAME["respawn"].disabled_reason(where)
    assert said == f"{ONE}/below is below {ONE}, which is marked too: start that one first, then look again"
    assert BY_NAME["respawn"].disabled_reason(replace(where, marked=views[:1])) == ""
