"""The operator's own settings in an open control room: keys, theme, order, signs, toasts, bell, and what is kept."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from textual.pilot import Pilot

from swarm.model.values import replace
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.bell import Bell
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.app.screens.help import HelpScreen
from swarm_tui.settings.places import Places
from swarm_tui.settings.values import Notify, Settings
from tests.support.canned import CannedSwarm
from tests.support.cli import COMMAND
from tests.support.ptys import Terminal
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for
from widgets.confirm import Confirm
from widgets.heartbeat_strip import HeartbeatStrip
from widgets.tree_order import SortMode

LIGHT_SURFACE = b"48;2;255;255;255"


@asynccontextmanager
async def room_of(own: OwnSettings) -> AsyncIterator[tuple[Pilot[int], SwarmApp]]:
    app = SwarmApp(CannedSwarm(), beats=False, own=own)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await pilot.pause()
        yield pilot, app


async def settle(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_keys_of_the_operator_work_are_shown_and_the_usual_ones_are_free() -> None:
    own = OwnSettings(Settings(keys={"stop": ("f9",), "help": ("f1",), "quit": ("f12",)}))
    async with room_of(own) as (pilot, app):
        hints = {(key, word) for key, word, _ in app.screen.query_one(HeartbeatStrip).hints}
        assert {("f1", "help"), ("f12", "quit")} <= hints
        await pilot.press("x", "question_mark", "q", "down")
        await settle(pilot)
        assert len(app.screen_stack) == 1
        await pilot.press("f9")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape", "f1")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        said = [paragraph.text for paragraph in app.screen.pane._paragraphs]
        assert "stop this agent and its subtree" in said
        await pilot.press("f1")
        await settle(pilot)
        assert len(app.screen_stack) == 1
        await pilot.press("ctrl+c")
        await settle(pilot)
        assert any(said.message.startswith("f12 leaves") for said in app._notifications)
        await pilot.press("f12")
        await pilot.pause()
    assert app.return_value == 0


async def test_theme_and_order_are_as_kept_and_what_keys_change_is_kept(tmp_path: Path) -> None:
    where = Places(tmp_path / "config.toml", tmp_path / "state")
    begun = Settings(theme="swarm-light", sort="state", reverse=True, ascii=True)
    async with room_of(OwnSettings(begun, where=where)) as (pilot, app):
        assert app.theme == "swarm-light"
        assert not app.charset.unicode
        assert (app.room.agents.sort_mode, app.room.agents.sort_reverse) == (SortMode.STATE, True)
        assert not where.state.exists()
        await pilot.press("ctrl+t", "s", "S")
        await settle(pilot)
        kept = json.loads(where.kept.read_text())["changes"]
        assert {name: change["value"] for name, change in kept.items()} == {
            "theme": app.theme,
            "sort": app.room.agents.sort_mode.value,
            "reverse": False,
        }


async def test_columns_stand_as_the_operator_orders_them() -> None:
    async with room_of(OwnSettings(Settings(columns=("memory", "age", "says")))) as (_, app):
        tree = app.room.agents
        headings = "".join(cell.text for cell in tree.heading_cells(0, tree.view_size.width)).split()
        assert headings[:4] == ["agent", "memory", "age", "says,"]


async def test_where_nothing_can_be_kept_it_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    own = OwnSettings(where=Places(tmp_path / "config.toml", tmp_path / "state"))
    async with room_of(own) as (pilot, app):
        for _ in range(3):
            await pilot.press("ctrl+t")
            await settle(pilot)
        assert len([said for said in app._notifications if "not kept" in said.message]) == 1


async def test_trouble_with_the_file_and_a_theme_that_is_none_are_said_and_the_room_opens() -> None:
    trouble = "config.toml:3: keys.stop: 'k' stands for two acts. The defaults hold."
    async with room_of(OwnSettings(Settings(theme="neon"), trouble=trouble)) as (_, app):
        said = [each.message for each in app._notifications]
        assert trouble in said
        assert any("no theme 'neon'" in each for each in said)
        assert app.theme.startswith("swarm-")


async def test_a_late_answer_of_the_terminal_changes_the_theme_unless_one_was_chosen_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "truecolor")
    for pressed, theme in (((), "swarm-light"), (("ctrl+t", "ctrl+t"), "swarm-contrast")):
        async with room_of(OwnSettings()) as (pilot, app):
            app.theme = "swarm-dark"
            monkeypatch.setattr(app, "_fitting", lambda app=app: "swarm-light" if app.own.light else "swarm-dark")
            await pilot.press(*pressed)
            app.hear_light(True)
            await settle(pilot)
            assert app.theme == theme


async def test_toasts_and_the_bell_are_as_the_operator_wants_them() -> None:
    async with room_of(OwnSettings(Settings(notify=Notify(bell=True, toasts="warning")))) as (pilot, app):
        rung = Mock()
        app.bell = rung  # type: ignore[method-assign]
        app.room.say("done as asked")
        app.room.say("refused", severity="warning")
        await settle(pilot)
        assert [each.message for each in app._notifications] == ["refused"]
        snapshot = app.room.snapshot
        app.take(replace(snapshot, generation=snapshot.generation + 1))
        assert not rung.called
        alert = replace(snapshot.alerts[0], agent="genesis-01/somebody", acked_at=None)
        app.take(replace(snapshot, generation=snapshot.generation + 2, alerts=(*snapshot.alerts, alert)))
        assert rung.call_count == 1


def test_the_bell_rings_for_one_more_who_needs_a_person_and_for_nothing_that_goes() -> None:
    bell = Bell()
    assert [bell.rings((), need) for need in (2, 2, 3, 1, 1, 2)] == [False, False, True, False, False, True]


@needs_tmux
@pytest.mark.tmux
def test_a_room_in_a_terminal_takes_its_settings_from_options_environment_keys_and_file(
    swarm_home: Path, tmp_path: Path
) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s")}
    config, kept = tmp_path / "c/swarm-tui/config.toml", tmp_path / "s/swarm-tui/kept.json"
    config.parent.mkdir(parents=True)
    config.write_text('theme = "swarm-light"\nascii = true\n[keys]\nquit = "f12"\n')

    def next_theme(*variables: str, words: tuple[str, ...] = ()) -> str:
        """The theme after the one that a room opens with."""
        argv = ["env", *variables, COMMAND, "-C", str(swarm_home), *words]
        with Tmux(argv, width=120, height=30, env=env) as tmux:
            tmux.wait_for("f12 quit", "agents", "beat ")
            tmux.keys("C-t")
            found = tmux.wait_for("theme swarm-").split("theme swarm-")[1].split()[0]
            wait_for(lambda: kept.exists() and f"swarm-{found}" in kept.read_text(), "it is kept")
            tmux.keys("F12")
            assert tmux.exit_status() == 0
        return found

    assert next_theme() == "contrast"
    assert next_theme() == "16"
    assert next_theme("TEXTUAL_THEME=swarm-light", "NO_COLOR=1", "COLORFGBG=15;0") == "contrast"
    assert next_theme("TEXTUAL_THEME=swarm-light", words=("--theme", "swarm-contrast")) == "16"


def test_a_light_terminal_that_answers_late_makes_the_room_light_and_presses_no_key(
    swarm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    room = Terminal(COMMAND, "-C", str(swarm_home))
    try:
        wait_for(lambda: room.shows(b"\x1b]11;?"), "the terminal is asked")
        wait_for(lambda: room.shows(b"genesis-01"), "the room does not wait for it")
        assert LIGHT_SURFACE not in room.text
        room.press(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;1;4c")
        wait_for(lambda: room.shows(LIGHT_SURFACE), "the room is light")
        room.press(b"q")  # in a dialog that a letter of the answer had opened, it would leave only that
        wait_for(lambda: room.shows(b"no such words") or room.ended(), "the room is left")
        assert room.status == 0
    finally:
        room.kill()
