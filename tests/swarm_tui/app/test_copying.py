"""Copying: a menu of what there is of an agent, the mouse, and what is said of whether anybody took it."""

import re
from collections.abc import Callable

import pytest
from textual import events
from textual.widgets import Input

from swarm_tui.app.app import SwarmApp
from swarm_tui.app.theme import THEMES
from tests.support.canned import HOME, CannedSwarm
from tests.support.cli import COMMAND
from tests.support.homes import LiveHome
from tests.support.swarms import big_example, full_id, with_programs
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for
from tests.swarm_tui.app.test_control_room import a_room, settle
from widgets.key_menu import KeyMenu

TOASTS = 98
"""The column at which toasts begin, at 160."""
LONG = f"Read {'page after page ' * 60}to the end."
WORKER = full_id("idea-alpha/worker-1")


def says(*texts: str) -> Callable[[str], bool]:
    """Whether a toast of a screen says these texts, however it wraps them."""

    def said(screen: str) -> bool:
        right = " ".join(line[TOASTS:] for line in screen.splitlines())
        return all(text in " ".join(re.sub(r"[^\w\s,;:()]", " ", right).split()) for text in texts)

    return said


class Clips(list[tuple[str, str]]):
    """What was handed to the clipboard: (text, what it is)."""


@pytest.fixture
def clips(monkeypatch: pytest.MonkeyPatch) -> Clips:
    kept = Clips()
    monkeypatch.setattr(SwarmApp, "copy", lambda _, text, what: kept.append((text, what)))
    return kept


async def test_the_menu_copies_ids_verdicts_paths_and_the_command_of_a_session_by_one_key_each(clips: Clips) -> None:
    async with a_room(CannedSwarm(with_programs(big_example()))) as (pilot, room, swarm):
        program = next(view for view in swarm.canned.agents if view.record and view.record.program == "claude")
        for name, wanted in (
            ("i", program.id),
            ("v", room.words_for(program)),
            ("p", str(HOME / "swarm" / "agents" / program.id)),
            ("s", f"swarm-tui -C {HOME} attach {program.id}"),
        ):
            room.go_to(program.id)
            await pilot.press("y", name)
            await settle(pilot)
            assert clips.pop()[0] == wanted
        # Refused rows stay, with the reason; what is there, but empty, is said to be.
        await pilot.press("y", "w")
        await settle(pilot)
        assert isinstance(pilot.app.screen, KeyMenu)
        assert any("it works in no worktree" in note.message for note in pilot.app._notifications)
        await pilot.press("3")
        await settle(pilot)
        assert "nothing to copy" in list(pilot.app._notifications)[-1].message
        assert not clips


async def test_several_marked_agents_are_copied_line_by_line(clips: Clips) -> None:
    async with a_room() as (pilot, room, _):
        ids = [full_id(f"idea-alpha/worker-{number}") for number in (1, 2)]
        for each in ids:
            room.go_to(each)
            await pilot.press("v")
        await pilot.press("y", "i")
        await settle(pilot)
        assert clips == [("\n".join(ids), "the ids")]
        await pilot.press("5", "y")
        menu = pilot.app.screen
        assert isinstance(menu, KeyMenu)
        assert "of one agent" in next(row.refused for row in menu.rows if row.key == "y")


async def test_the_open_tab_is_copied_in_lines_as_long_as_they_are(clips: Clips) -> None:
    async with a_room(size=(60, 40)) as (pilot, room, _):
        room.go_to(full_id("idea-beta/worker-9"))
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("y", "y")
        await settle(pilot)
        ((text, what),) = clips
        assert what == "the open tab: process"
        assert text == room.detail.active_pane.text
        assert text.split("\n")


async def test_what_steers_a_terminal_is_made_visible_before_it_is_copied() -> None:
    async with a_room() as (pilot, room, _):
        room.host.copy("one\x1b[201~\rrm -rf", "it")
        await settle(pilot)
        assert pilot.app.clipboard == r"one\x1b[201~\rrm -rf"
        (note,) = pilot.app._notifications
        assert note.message == "sent: it (20 characters); the terminal does not say whether it took it."


@pytest.mark.parametrize("theme", [*(theme.name for theme in THEMES), "textual-dark", "ansi-light", "no colour"])
async def test_what_the_mouse_selects_is_seen_in_every_theme_and_copied_on_release(
    theme: str, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
    async with a_room() as (pilot, room, _):
        if theme != "no colour":
            pilot.app.theme = theme
        room.go_to(full_id("idea-alpha/worker-2"))
        await pilot.pause()
        pane = room.detail.active_pane
        before = {segment.style for segment in pane.render_line(0)}
        await pilot.mouse_down(pane, offset=(0, 0))
        await pilot.hover(pane, offset=(9, 0))
        assert not clips
        await pilot.mouse_up(pane, offset=(9, 0))
        await pilot.pause()
        ((text, _what),) = clips
        assert text.startswith("09:09 - [")
        style = next(iter(pane.render_line(0))).style
        assert style is not None
        assert style not in before
        plain = theme in ("swarm-16", "ansi-light", "no colour")
        assert style.reverse if plain else style.color != style.bgcolor
        # The same selection is not copied again by a click that leaves it alone.
        pilot.app.screen.post_message(events.TextSelected())
        await pilot.pause()
        assert len(clips) == 1


async def test_an_input_copies_the_same_way(clips: Clips) -> None:
    async with a_room() as (pilot, room, _):
        await pilot.press("slash", *"beta")
        room.query_one("#filter", Input).select_all()
        await pilot.press("ctrl+shift+c")
        pilot.app.copy_to_clipboard("beta")
        assert ("beta", "the selection") in clips


@needs_tmux
@pytest.mark.tmux
def test_a_task_gets_whole_through_tmux_into_the_terminal_around_it(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.agent("worker-1").task.write_text(f"# Task\n{LONG}\n\x1b[31mred\n")
    with Tmux([COMMAND, "-C", str(live_home.root)]) as tmux:
        tmux.wait_for("worker-1")
        tmux.keys("j", "3")
        tmux.wait_for("─ worker-1 ·", "page after page")
        tmux.keys("y")
        tmux.wait_for("Copy of genesis-01/worker-1", "the open tab: task")
        tmux.keys("y")
        tmux.wait_until(says("tmux took it", "it knows of no clipboard of your terminal"), "what became of it")
        assert tmux.buffer() == f"# Task\n{LONG}\n\\x1b[31mred\n"
        with Tmux(tmux.attach()) as around:
            around.set_option("set-clipboard", "on")
            around.wait_for("worker-1")
            tmux.keys("y", "i")
            tmux.wait_until(says("tmux took it", "sent it on to your terminal"), "what became of it")
            wait_for(lambda: around.buffer() == "genesis-01/worker-1", "the terminal around tmux to have it")
            lines = around.screen().splitlines()
            row = next(number for number, line in enumerate(lines) if "page after page" in line)
            column = lines[row].index("page after page")
            tmux.drag((column, row), (column + 10, row))
            wait_for(lambda: tmux.buffer().startswith("page after"), "what the mouse selected to be copied")
