"""The spawn form: three fields first, everything that matters in sight, and refusals as soon as they can be known."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static, TextArea

from swarm.errors import Code
from swarm.model.agent import AgentSpec
from swarm.model.requests import Objection, SpawnCheck, SpawnRequest
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.spawn_boxes import Programs
from swarm_tui.app.screens.spawn_form import SpawnForm
from swarm_tui.app.screens.spawn_words import FIRST, LABELS
from swarm_tui.app.theme import THEMES
from tests.support.canned import CannedSwarm, full_house
from tests.support.cli import COMMAND
from tests.support.homes import LiveHome
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for, wait_while_running
from tests.support.widget_app import screen_lines, screen_text
from widgets.answer import Answer
from widgets.dialog import Frame

FINE = SpawnCheck("genesis-01/w-2", 1, free_after=3)
SPEC = AgentSpec("genesis-01/w", "w", "worker", "genesis-01", "s-1", "task", argv=("sleep", "9"))
PROGRAMS = Programs(("claude", "command"), "command", frozenset({"command"}))


def checks(*objections: Objection) -> SpawnCheck:
    return replace(FINE, objections=objections)


@asynccontextmanager
async def a_form(
    check: SpawnCheck = FINE,
    *,
    size: tuple[int, int] = (60, 20),
    like: AgentSpec | None = None,
    programs: Programs = PROGRAMS,
) -> AsyncIterator[tuple[Pilot[int], SpawnForm, list[Any]]]:
    """A form over a room, after its first check, and what it is dismissed with."""
    app = SwarmApp(CannedSwarm(), beats=False)
    answers: list[Any] = []
    async with app.run_test(size=size, notifications=True) as pilot:
        form = SpawnForm(
            ["scout", "worker"], ["genesis-01", "genesis-01/a"], "genesis-01", lambda _: check, like, programs
        )
        await app.push_screen(form, answers.append)
        await checked(pilot, form)
        yield pilot, form, answers


async def checked(pilot: Pilot[int], form: SpawnForm) -> None:
    """Has what the form says now checked, without the wait for the end of the typing."""
    await pilot.pause()
    form._start_check()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def said(form: SpawnForm) -> str:
    return str(form.query_one("#verdict", Static).content)


def at(form: SpawnForm, field: str) -> str:
    """What stands in the frame of a field against it."""
    return str(form.query_one(f"#{field}").border_subtitle or "")


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (60, 20), (45, 20)], ids=str)
async def test_verdict_and_answers_are_always_in_sight_and_the_form_keeps_its_size(size: tuple[int, int]) -> None:
    async with a_form(size=size) as (pilot, form, _):
        frame = form.query_one(Frame).region
        for field in FIRST:
            assert form.query_one("#fields").region.contains_region(form.query_one(f"#{field}").region), field
        assert not form.query_one("#role").region, "all else is below the fold"
        assert "worker below" in screen_text(pilot.app) or size[0] < 60
        await pilot.click("#more")
        for field in [name for name in LABELS if name not in (*FIRST, "env")]:
            form.query_one(f"#{field}").focus()
            await pilot.pause()
            if size[1] >= 24:
                await wait_while_running(
                    partial(is_inside, form, field), f"{field} comes into sight with its whole frame"
                )
            for name in ("#verdict", "#no", "#yes"):
                assert frame.contains_region(form.query_one(name).region), name
        assert form.query_one(Frame).region == frame
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert not form.query_one("#role").region
        assert "genesis-01/w-2 takes 1 slot; 3 free after it" in said(form)


def is_inside(form: SpawnForm, field: str) -> bool:
    return form.query_one("#fields").region.contains_region(form.query_one(f"#{field}").region)


@pytest.mark.parametrize("theme", [*(theme.name for theme in THEMES), "no-color"])
async def test_every_field_has_a_frame_with_its_name_and_that_of_the_focus_differs(
    monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if theme == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    async with a_form(size=(80, 24)) as (pilot, form, _):
        if theme != "no-color":
            pilot.app.theme = theme
        await pilot.pause()
        shown = screen_text(pilot.app)
        for name in FIRST:
            assert f"─ {name} ─" in shown or f"━ {name} ━" in shown
        has, other = form.query_one("#name").styles, form.query_one("#task").styles
        assert has.border_top != other.border_top, "shape or colour of the frame tells who has the keys"
        if theme in ("no-color", "swarm-16"):
            assert has.border_top[0] == "heavy", "where colours do not tell, the shape does"


@pytest.mark.parametrize(
    ("objection", "field", "words"),
    [
        (
            Objection("name", Code.EXISTS, "'genesis-01/w' exists already.", "", "swarm-tui respawn genesis-01/w"),
            "name",
            "Name: 'genesis-01/w' exists already. Take another name, or leave and start that one again with r.",
        ),
        (
            Objection("slots", Code.NO_SLOT, "There is no room for 4 more slots.", "10 of 12 are committed."),
            "slots",
            "Slots: There is no room for 4 more slots. 10 of 12 are committed.",
        ),
        (
            Objection("inputs", Code.INPUT, "The input 'x' is not there.", "Nearest: y."),
            "inputs",
            "Inputs: The input 'x' is not there. Nearest: y.",
        ),
        (Objection("owns", Code.OWNS, "'a' overlaps 'a'."), "owns", "Owns: 'a' overlaps 'a'."),
        (Objection("cwd", Code.INPUT, "It does not exist."), "cwd", "Works in: It does not exist."),
        (
            Objection("model", Code.MODEL, "It is not the tier.", "", "Leave --model out."),
            "model",
            "Model: It is not the tier. Leave it empty, or set [models] allow_mixed = true in swarm.toml.",
        ),
        (
            Objection("parent", Code.PAUSED_BRANCH, "It is paused.", "", "swarm-tui resume it"),
            "parent",
            "Below: It is paused. Take another one, or leave and let it go on first (P, or E for all).",
        ),
    ],
    ids=lambda value: value.field if isinstance(value, Objection) else "",
)
async def test_a_refusal_stands_at_its_field_in_the_words_of_the_form_before_anything_is_pressed(
    objection: Objection, field: str, words: str
) -> None:
    async with a_form(checks(objection), size=(110, 40), like=SPEC) as (pilot, form, _):
        assert at(form, field).startswith(f"✖ {LABELS[field]}: ")
        assert words in said(form)
        assert form.query_one(f"#{field}").region, "it is in sight, below `more` too"
        assert f"✖ {LABELS[field]}: " in screen_text(pilot.app)
        form._checker = lambda _: FINE
        await checked(pilot, form)
        assert not at(form, field)
        assert "✖" not in said(form)


async def test_the_program_that_is_not_there_is_refused_at_the_command_and_one_that_is_gone_at_the_program() -> None:
    missing = Objection("program", Code.PROGRAM, "'nope' is not on PATH.")
    async with a_form(checks(missing), like=replace(SPEC, argv=("nope",))) as (_, form, _answers):
        assert at(form, "command") == "✖ Command: 'nope' is not on PATH."
    gone = Objection("program", Code.PROGRAM, "There is no program 'old'.")
    async with a_form(checks(gone), like=replace(SPEC, program="old", argv=())) as (_, form, _answers):
        assert form.query_one("#program", Select).value == "old", "it is not replaced behind the operator's back"
        assert at(form, "program") == "✖ Program: There is no program 'old'."


async def test_the_form_itself_refuses_what_it_can_see_and_lets_nothing_of_it_pass() -> None:
    async with a_form(size=(80, 44), like=replace(SPEC, argv=())) as (pilot, form, answers):
        form.query_one("#slots", Input).value = "2x"
        form.query_one("#inputs", Input).value = "notes/'a"
        form.query_one("#command", Input).value = "sleep 9"
        form.query_one("#program", Select).value = "claude"
        await checked(pilot, form)
        assert at(form, "slots") == "✖ Slots: '2x' is no whole number."
        assert at(form, "inputs").startswith("✖ Inputs: a quotation mark is open")
        assert at(form, "command").startswith("✖ Command: claude takes none")
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert not answers
        assert pilot.app.focused is form.query_one("#command"), "the first of them has the focus"


async def test_the_field_with_the_focus_comes_first_in_what_is_said() -> None:
    both = checks(Objection("inputs", Code.INPUT, "Not there."), Objection("owns", Code.OWNS, "Taken."))
    async with a_form(both) as (pilot, form, _):
        for field in ("owns", "inputs"):
            form.query_one(f"#{field}").focus()
            await pilot.pause()
            assert said(form).startswith(f"✖ {LABELS[field]}: ")


@pytest.mark.parametrize(
    ("like", "opened"),
    [
        (None, False),
        (SPEC, False),
        (replace(SPEC, inputs=("notes/",)), True),
        (replace(SPEC, role="scout"), True),
    ],
    ids=["empty", "plain", "inputs", "role"],
)
async def test_the_fields_below_are_open_where_the_other_agent_fills_them_in(
    like: AgentSpec | None, opened: bool
) -> None:
    async with a_form(like=like) as (_, form, _answers):
        assert bool(form.query_one("#role").region) == opened


async def test_a_program_that_takes_no_command_has_no_field_for_one() -> None:
    async with a_form(programs=replace_default("claude")) as (pilot, form, _):
        assert not form.query_one("#command").region
        form.query_one("#program", Select).value = "command"
        await pilot.pause()
        assert form.query_one("#command").region


def replace_default(name: str) -> Programs:
    return PROGRAMS._replace(default=name)


async def test_enter_goes_on_from_field_to_field_and_spawns_once_at_the_end() -> None:
    async with a_form() as (pilot, form, answers):
        await pilot.press(*"w-2", "enter", *"look", "enter", "around", "tab", "tab")
        assert pilot.app.focused is form.query_one("#command")
        await pilot.press(*"sleep", "enter")
        assert pilot.app.focused is form.query_one("#yes", Answer)
        assert not answers
        await pilot.press("enter", "ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        ((request, _),) = answers
        assert isinstance(request, SpawnRequest)
        assert (request.name, request.command) == ("w-2", ("sleep",))
        assert request.task.startswith("look\n")


async def test_on_a_full_swarm_the_form_says_that_it_asks_whom_to_end() -> None:
    async with a_form(full_house(), like=None) as (pilot, form, answers):
        assert "There is no room: spawning asks who is to be ended for it." in said(form)
        assert at(form, "slots").startswith("✖ Slots: There is no room")
        form.query_one("#name", Input).value, form.query_one("#task", TextArea).text = "w-2", "look around"
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(answers) == 1


async def test_frames_are_drawn_in_ascii_too() -> None:
    from widgets.charset import ASCII

    app = SwarmApp(CannedSwarm(), beats=False)
    app.charset = ASCII
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await pilot.press("n")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        filters = app.get_line_filters()
        text = ""
        for strip in strips:
            segments = list(strip)
            for each in filters:
                segments = each.apply(segments, app.screen.background_colors[1])
            text += "".join(segment.text for segment in segments) + "\n"
        assert "+- name -" in text
        assert text.isascii()
        assert isinstance(app.screen.query_one("#task"), TextArea)
        assert screen_lines(app)


@needs_tmux
@pytest.mark.tmux
def test_in_a_terminal_of_60_by_20_it_is_filled_in_from_empty_to_spawned(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with Tmux([COMMAND, "-C", str(live_home.root)], width=60, height=20) as tmux:
        tmux.wait_for("worker-1")
        tmux.keys("n")
        tmux.wait_for("spawn an agent", "─ task", "─ command", "[ Spawn  ctrl-g ]", "still to be filled in")
        tmux.type("worker-1")
        tmux.wait_for("Name: 'genesis-01/worker-1' exists already")
        tmux.keys("BSpace", "2", "Enter")
        tmux.type("look around")
        tmux.keys("Tab", "Tab")
        tmux.type("no-such-program")
        tmux.wait_for("Command: 'no-such-program' is not on PATH")
        tmux.keys("C-u")
        tmux.type("sleep 300")
        tmux.wait_for("worker-2 takes 1 slot", "[ Spawn  ctrl-g ]")
        tmux.press_until("C-o", lambda screen: "less  ctrl-o" in screen and "─ role" in screen, "all fields")
        tmux.keys("Tab", "Tab", "Tab", "Tab")
        tmux.type("2x")
        tmux.wait_for("Slots: '2x' is no whole number", "[ Spawn  ctrl-g ]")
        tmux.keys("BSpace", "Tab")
        tmux.type("nothing.md")
        tmux.wait_for("Inputs: The input 'nothing.md'")
        tmux.keys("C-u", "C-g")
        tmux.wait_gone("spawn an agent")
        tmux.wait_for("worker-2", "3/12", "2 used")
        wait_for(lambda: live_home.alive("worker-2"), "the agent to run")
