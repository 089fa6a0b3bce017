"""Whatever keys an operator gives the acts, every text of the control room names those: none is written by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import swarm
import widgets
from swarm_tui.app.actions import ACTS
from swarm_tui.app.app import SwarmApp
from swarm_tui.app.help_text import help_text
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.app.screens.results_inbox import ResultsScreen
from swarm_tui.demo.greeting import Greeting
from swarm_tui.settings.values import Settings
from tests.support.canned import CannedSwarm
from tests.support.every_row import every_row, row_ids
from tests.support.swarms import POLICY
from tests.support.widget_app import screen_text
from tests.swarm_tui.app.test_control_room import settle
from widgets.charset import UNICODE
from widgets.confirm import Confirm
from widgets.selected_text import drawn_text

OWN: dict[str, tuple[str, ...]] = {act.name: (f"shift+f{number}",) for number, act in enumerate(ACTS)}
LETTER = r"(?<![\w.'’/%<\\{\[$-])([B-HJ-Zb-hj-z]|ctrl-[a-z])(?![\w'’.\\}\]=-])"
"""A letter that stands alone; a, A, i and I are words, too."""
NO_ACTS = (
    "n next, N previous",
    "n next, N before",
    "n N go on",
    "ctrl-c brings the control room back",
    "k is thousands, M is millions",
    "esc leaves",
    "esc closes",
    "leave with esc",
    "No  n",
    "Stop  y",
    "claude -p x",
    "esc goes on without",
)
"""Keys of dialogs, of a search and of the terminal, which no setting changes; letters that are none."""
ACT_KEYS = re.compile(rf"{LETTER}|(?<![\w-])esc(?![\w-])")
ELSEWHERE = {"failing_agents.py"}
"""What agents say in the demo."""
FRAGMENTS = {"s ago (", "s come", "the open tab:", "T | SwarmError"}
"""Pieces of other strings: an ending, seconds, a type."""


def named_keys(text: str) -> list[str]:
    for words in NO_ACTS:
        text = text.replace(words, "")
    return [found[0] for found in ACT_KEYS.finditer(re.sub(r"\S*…\S*", "", text))]  # not what is left of a cut word


async def test_with_other_keys_no_text_names_the_usual_ones() -> None:
    app = SwarmApp(CannedSwarm(every_row()), beats=False, own=OwnSettings(Settings(keys=OWN)))
    async with app.run_test(size=(120, 60), notifications=True) as pilot:
        await pilot.pause()
        room, told = app.room, [app.room.filter_line.placeholder, app.room.search_line.placeholder]
        for agent in row_ids():
            room.go_to(agent)
            await pilot.pause()
            page = help_text(room.where(), room.acts, POLICY, UNICODE)
            told += [f"{drawn_text(each.lead)}{each.text}" for each in page]
            told += [" ".join(hint[:2]) for hint in room._strip.hints]
        told.append(screen_text(app).rpartition("\n")[2])
        app.push_screen(Greeting(1.0))
        await pilot.pause()
        told.append(screen_text(app))
        app.pop_screen()
        for act, kind in (("stop", Confirm), ("results", ResultsScreen)):
            room.go_to("genesis-01/silent")
            await pilot.press(OWN[act][0])
            await settle(pilot)
            assert isinstance(app.screen, kind)
            told.append(screen_text(app))
            await pilot.press("escape")
            await settle(pilot)
        await pilot.press("ctrl+c")
        await pilot.pause()
        told += [note.message for note in app._notifications]
    lines = dict.fromkeys(line for text in told for line in text.split("\n"))
    assert [(key, line) for line in lines for key in named_keys(line)] == []
    assert f"shift-f{[act.name for act in ACTS].index('respawn')} starts it again" in "\n".join(told)


def prose(path: Path) -> Iterator[str]:
    """What stands in the strings of a module, docstrings and declared keys aside."""
    tree = ast.parse(path.read_text())
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Binding", "Act", "_on_agent"):
            aside |= {id(each) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            yield node.value


@pytest.mark.parametrize("folder", ["widgets", "swarm_tui/app", "swarm_tui/demo"])
def test_no_prose_names_a_key_by_hand(folder: str) -> None:
    found = [
        (path.name, words)
        for path in (Path(widgets.__path__[0]).parent / folder).rglob("*.py")
        if path.name not in ELSEWHERE
        for words in prose(path)
        if len(words.split()) > 1 and words.strip() not in FRAGMENTS and named_keys(words)
    ]
    assert found == []


def test_the_engine_names_no_key_of_the_control_room() -> None:
    said = [words for path in Path(swarm.__path__[0]).rglob("*.py") for words in prose(path)]
    assert [words for words in said if re.search(r"\((key )?[A-Za-z]\)(?!\?)", words) and " " in words[:20]] == []
