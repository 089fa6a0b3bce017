"""The help: one text that is there at once, begins with what concerns the row, and leaves nothing out."""

import pytest
from textual.widgets import Input

from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm_tui.app.actions import ACTS
from swarm_tui.app.alert_help import ALERTS
from swarm_tui.app.help_text import help_text
from swarm_tui.app.keys import KeyNames
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.screens.help import HelpPane, HelpScreen
from tests.support.canned import CannedSwarm
from tests.support.swarms import POLICY, big_example, full_id
from tests.support.widget_app import screen_lines
from tests.swarm_tui.app.test_control_room import a_room
from widgets.charset import ASCII, UNICODE, Charset
from widgets.legend import legend
from widgets.own_keys import fill_keys
from widgets.paragraphs import Paragraph
from widgets.selected_text import drawn_text
from widgets.tree_filter import FILTER_HELP

MOST_WIDGETS = 12
KEY_OF = KeyNames(ACTS)
SILENT = full_id("idea-alpha/worker-2")


def said(paragraphs: tuple[Paragraph, ...]) -> list[str]:
    return [f"{drawn_text(each.lead)}{each.text}".strip() for each in paragraphs]


@pytest.mark.parametrize("charset", [UNICODE, ASCII], ids=["unicode", "ascii"])
async def test_every_key_every_sign_and_every_cause_of_an_alert_is_in_the_help(charset: Charset) -> None:
    async with a_room() as (_, room, _swarm):
        room.go_to(SILENT)
        paragraphs = help_text(room.where(), room.acts, POLICY, charset)
    text = "\n".join(said(paragraphs))
    for act in ACTS:
        assert f"{act.shown} " in text, act.name
        assert act.title in text
    for cause, words in ALERTS.items():
        assert cause in text
        assert fill_keys(words, KEY_OF) in text
    assert all(example in text and words in text for example, words in FILTER_HELP)
    for section in legend(charset):
        for entry in section.entries:
            assert fill_keys(entry.sign, KEY_OF) in text, entry
            assert fill_keys(entry.words, KEY_OF) in text


async def test_it_begins_with_what_concerns_the_row_and_what_to_do_about_it() -> None:
    async with a_room() as (pilot, room, _):
        room.go_to(SILENT)
        await pilot.pause()
        where = room.where()
        lines = said(help_text(where, room.acts, POLICY, UNICODE))
        keys = lines.index("Move")
        row = "\n".join(lines[:keys])
        assert lines[0] == f"This row: {SILENT}"
        assert where.verdict is not None
        assert where.verdict.state is Health.INVESTIGATE
        assert where.verdict.why in row
        assert fill_keys(ALERTS[AlertCause.INVESTIGATE], KEY_OF) in row
        assert "stop this agent and its subtree" in row, "what is possible now"
        assert "spawn this ended agent again" not in row, "what is not"
        assert any("spawn this ended agent again" in line and "(not now: " in line for line in lines[keys:]), "why not"
        # Where the alerts have the keys, it begins with the alert under the cursor.
        await pilot.press("exclamation_mark", "question_mark")
        pane = pilot.app.screen.query_one(HelpPane)
        alert = room.alerts.current
        assert alert is not None
        assert pane.text.startswith(f"This alert: {alert.cause}")


async def test_it_opens_with_a_handful_of_widgets_and_is_searched() -> None:
    async with a_room(CannedSwarm(big_example()), size=(80, 24)) as (pilot, room, _):
        room.go_to(SILENT)
        await pilot.press("question_mark")
        screen = pilot.app.screen
        assert isinstance(screen, HelpScreen)
        assert len(list(screen.walk_children())) <= MOST_WIDGETS
        assert "This row: " in "\n".join(screen_lines(pilot.app)[:4])
        pane = screen.pane
        await pilot.press("slash", *"crash-loop", "enter")
        assert pane.has_focus
        found = pane.scroll_offset.y
        assert found > 0
        assert any("crash-loop" in line for line in screen_lines(pilot.app))
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, HelpScreen), "the first escape leaves the search"
        await pilot.press("g", "slash", *"heartbeat", "enter")
        first = pane._at
        await pilot.press("n")
        assert pane._at > first
        await pilot.press("N")
        assert pane._at == first
        await pilot.press("slash")
        screen.query_one(Input).value = "no such words"
        await pilot.press("enter")
        await pilot.pause()
        assert "0 found" in "\n".join(screen_lines(pilot.app))
        await pilot.press("escape", "G")
        assert pane.scroll_offset.y == pane.max_scroll_y > 0
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ControlRoom)
