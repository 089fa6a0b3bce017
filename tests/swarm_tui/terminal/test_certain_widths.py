"""Signs that terminals disagree on: each line is as wide as it was measured, on every terminal."""

from unicodedata import category

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from wcwidth import wcwidth

from swarm_tui.app.app import SwarmApp
from swarm_tui.terminal.certain_widths import CertainWidths, certain
from tests.support.canned import CannedSwarm

ODD = {
    "tone of skin": ("👍🏽 ok", "👍 ok"),
    "tone alone": ("a\U0001f3fdb", "ab"),
    "flag": ("🇩🇪 ok", "DE ok"),
    "Hindi": ("हिन्दी", "हन्द"),
    "Tamil": ("தமிழ்", "தமழ்"),
    "Bengali": ("বাংলা", "বল"),
    "Hangul in parts": ("\u1112\u1161\u11ab", "한"),
    "plain": ("Größe 日本 ✅ 한국", "Größe 日本 ✅ 한국"),
}


@pytest.mark.parametrize("name", ODD)
def test_a_text_becomes_certain_and_stays_as_wide(name: str) -> None:
    text, said = ODD[name]
    assert certain(text).rstrip() == said
    assert cell_len(certain(text)) == cell_len(text)


@pytest.mark.parametrize("name", ODD)
def test_what_is_drawn_sign_by_sign_is_as_wide_as_what_was_measured(name: str) -> None:
    (segment,) = CertainWidths().apply([Segment(ODD[name][0])], Color(0, 0, 0))
    assert sum(max(0, wcwidth(sign)) for sign in segment.text) == cell_len(ODD[name][0])
    assert not any(category(sign) == "Mc" for sign in segment.text)


def test_the_control_room_sends_its_lines_through_it() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    assert sum(isinstance(one, CertainWidths) for one in app.get_line_filters()) == int(app.charset.unicode)
