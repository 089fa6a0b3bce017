"""What an agent changed in its worktree: shown with `d`, merged with `M` once a person has said yes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.widgets import Input

from swarm.model.record import Phase
from swarm.model.repository import Changes
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.history import DiffScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.screens.spawn_form import SpawnForm
from tests.support.canned import A_WORKTREE, SOME_CHANGES, CannedSwarm
from tests.support.swarms import big_example, full_id
from widgets.confirm import Confirm
from widgets.detail_head import facts_cells
from widgets.text_pane import TextPane

AGENT = full_id("idea-alpha/worker-1")


@asynccontextmanager
async def a_room(
    changes: Changes | None = SOME_CHANGES, phase: Phase = Phase.RUNNING, owns: str = "", cwd: str = ""
) -> AsyncIterator[tuple[Pilot[int], ControlRoom, CannedSwarm]]:
    """The cursor is on an agent with a worktree, or (changes: None) without one."""
    whole = big_example()
    agents = []
    for view in whole.agents:
        if view.id == AGENT and changes is not None and view.spec is not None and view.record is not None:
            spec = replace(view.spec, worktree=A_WORKTREE, owns=(owns,) if owns else (), cwd=cwd)
            record = replace(view.record, phase=phase)
            agents.append(replace(view, spec=spec, record=record, changes=changes))
        else:
            agents.append(view)
    swarm = CannedSwarm(replace(whole, agents=tuple(agents)))
    app = SwarmApp(swarm, beats=False)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        app.room.go_to(AGENT)
        await pilot.pause()
        yield pilot, app.room, swarm


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def said(pilot: Pilot[int]) -> str:
    return " ".join(note.message for note in pilot.app._notifications)


async def test_the_difference_is_shown_line_by_line() -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("d")
        await settle(pilot)
        assert isinstance(pilot.app.screen, DiffScreen)
        pane = pilot.app.screen.query_one(TextPane)
        lines = ["".join(cell.text for cell in pane.line_cells(number, 100)) for number in range(pane.line_count)]
        assert lines == ["diff --git a/api.py b/api.py", "+one", "-two", "  as it was"]
        assert swarm.asked == [("diff", AGENT)]
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, DiffScreen)


async def test_a_merge_is_asked_about_and_names_what_goes_where() -> None:
    async with a_room() as (pilot, room, swarm):
        life = room.agents.cursor_view.spawn_id if room.agents.cursor_view else ""
        await pilot.press("M")
        assert isinstance(pilot.app.screen, Confirm)
        assert pilot.app.screen.question.title == "Merge swarm/worker-1 into main?"
        await pilot.press("n")
        await settle(pilot)
        assert swarm.asked == []
        await pilot.press("M", "y")
        await settle(pilot)
        assert swarm.asked == [("merge", (AGENT, "", life))]
        assert "swarm/worker-1 is merged into main" in said(pilot)


async def test_what_an_ended_agent_left_uncommitted_gets_a_message_first() -> None:
    async with a_room(phase=Phase.ENDED) as (pilot, _, swarm):
        await pilot.press("M")
        assert isinstance(pilot.app.screen, Prompt)
        await pilot.press(*"the rest", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("y")
        await settle(pilot)
        ((_, what),) = swarm.asked
        assert isinstance(what, tuple)
        assert what[1] == "the rest"


async def test_the_work_of_an_ended_agent_is_handed_over_under_a_name_of_the_operators() -> None:
    async with a_room(phase=Phase.ENDED) as (pilot, room, swarm):
        await pilot.press("D")
        prompt = pilot.app.screen
        assert isinstance(prompt, Prompt)
        assert prompt.query_one(Input).value == A_WORKTREE.branch
        prompt.query_one(Input).value = "feature/paging"
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"the rest", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert swarm.asked == []
        await pilot.press("y")
        await settle(pilot)
        view = room.snapshot.agent(AGENT)
        assert view is not None
        assert swarm.asked == [("handover", (AGENT, "feature/paging", "", "the rest", view.spawn_id))]
        assert "its work is the branch feature/paging" in said(pilot)


async def test_one_that_runs_is_not_handed_over() -> None:
    async with a_room() as (pilot, _, swarm):
        await pilot.press("D")
        await settle(pilot)
        assert swarm.asked == []
        assert "still running" in said(pilot)


async def test_an_agent_without_a_worktree_says_how_one_is_had() -> None:
    async with a_room(changes=None) as (pilot, _, swarm):
        for key in ("d", "M", "D"):
            await pilot.press(key)
            await settle(pilot)
        assert swarm.asked == []
        assert "a spawn gives one with --worktree" in said(pilot)


async def test_the_detail_says_how_much_is_changed() -> None:
    async with a_room() as (_, room, _swarm):
        view = room.agents.cursor_view
        assert view is not None
        assert "2 changes, 1 uncommitted" in "".join(cell.text for cell in facts_cells(view))


async def test_a_spawn_like_it_asks_for_another_worktree_of_the_same_repository() -> None:
    async with a_room(owns=f"{A_WORKTREE.path}/src", cwd=A_WORKTREE.path) as (pilot, _, swarm):
        await pilot.press("N")
        await settle(pilot)
        form = pilot.app.screen
        assert isinstance(form, SpawnForm)
        assert form.query_one("#worktree", Input).value == "/repo@main"
        assert form.query_one("#owns", Input).value == "src"
        form.query_one("#cwd", Input).value = "src"
        request = form.request()
        assert (request.worktree, request.cwd, request.owns) == ("/repo@main", "src", ("src",))
        assert swarm.asked == []
