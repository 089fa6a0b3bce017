"""The form of a spawn like another: what is not edited is handed on from the spec, letter by letter."""

import pytest
from textual.widgets import TextArea

from swarm.model.agent import Acceptance, AgentSpec
from swarm.model.requests import SpawnCheck
from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.screens.spawn_form import SpawnForm
from tests.support.canned import CannedSwarm
from tests.support.honest import HONEST

SPEC = AgentSpec("genesis-01/w", "w", "worker", "genesis-01", "s-1", "task")


def form_of(spec: AgentSpec) -> SpawnForm:
    return SpawnForm(["worker"], ["genesis-01"], "genesis-01", lambda _: SpawnCheck("genesis-01/w-2", 1), spec)


@pytest.mark.parametrize("name", HONEST)
async def test_what_is_not_edited_is_handed_on_letter_by_letter(name: str) -> None:
    text = HONEST[name]
    outcomes = (Acceptance(text, "test -s a :: b"), Acceptance("a :: b"))
    like = replace(SPEC, task=text, acceptance=outcomes, outputs=(text,), argv=("sh", "-c", text))
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(120, 45), notifications=True) as pilot:
        form = form_of(like)
        app.push_screen(form)
        await pilot.pause()
        request = form.request()
        assert (request.task, request.accept) == (text, outcomes)
        assert (request.outputs, request.command) == ((text,), ("sh", "-c", text))


async def test_what_is_edited_keeps_its_letters() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(120, 45), notifications=True) as pilot:
        form = form_of(replace(SPEC, task=HONEST["joiners"] + "\n\tmake  all"))
        app.push_screen(form)
        await pilot.pause()
        form.query_one("#task", TextArea).insert("New. ", (0, 0))
        await pilot.pause()
        assert form.request().task == "New. " + HONEST["joiners"] + "\n\tmake  all"


async def test_what_steers_a_terminal_is_shown_as_an_escape_and_handed_on_as_it_is() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    async with app.run_test(size=(120, 45), notifications=True) as pilot:
        form = form_of(replace(SPEC, task="a\x1b[2Jb"))
        app.push_screen(form)
        await pilot.pause()
        assert form.query_one("#task", TextArea).text == "a\\x1b[2Jb"
        assert form.request().task == "a\x1b[2Jb"
