"""A terminal that is not UTF-8: nothing but ASCII goes to it, and the picture keeps its shape."""

import pytest
from rich.cells import cell_len
from textual.color import Color

from swarm_tui.app.app import SwarmApp
from swarm_tui.terminal.ascii_output import PlainLines, plain
from tests.support.canned import CannedSwarm
from widgets.charset import ASCII, UNICODE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("╭─ agents ─╮", "+- agents -+"),
        ("Zoë naïve", "Zoe naive"),
        ("日本 ok", "???? ok"),
        ("▼ … ×3", "v ~ x3"),
        ("☂", "?"),
    ],
)
def test_a_text_becomes_ascii_and_stays_as_wide(text: str, said: str) -> None:
    assert plain(text) == said
    assert cell_len(said) == cell_len(text)


@pytest.mark.parametrize("keys", [(), ("n",), ("x",), ("question_mark",), ("b",), ("colon",), ("H",), ("y",)], ids=str)
async def test_every_screen_is_ascii_where_the_terminal_is(keys: tuple[str, ...]) -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    app.charset = ASCII
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("j", *keys)
        await app.workers.wait_for_complete()
        await pilot.pause()
        filters = app.get_line_filters()
        assert any(isinstance(one, PlainLines) for one in filters)
        for strip in app.screen._compositor.render_strips():
            segments = list(strip)
            for one in filters:
                segments = one.apply(segments, Color(0, 0, 0))
            line = "".join(segment.text for segment in segments)
            assert line.isascii()
            assert len(line) == 120


def test_a_utf_8_terminal_is_left_as_it_is() -> None:
    app = SwarmApp(CannedSwarm(), beats=False)
    app.charset = UNICODE
    assert not any(isinstance(one, PlainLines) for one in app.get_line_filters())
