"""The signs that everything is drawn with."""

import pytest
from wcwidth import wcswidth

from swarm.model.health import Health
from widgets.charset import ASCII, UNICODE, Charset, charset_for

TWO = {"branch", "last", "through", "gap"}
FREE = {"states", "unicode", "blocks", "spark", "heart", "ticked", "unticked", "fixed"}


@pytest.mark.parametrize("charset", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_sign_takes_the_columns_it_says(charset: Charset) -> None:
    for name, sign in charset._asdict().items():
        if name not in FREE:
            assert wcswidth(sign) == (2 if name in TWO else 1), name
    for signs in (charset.blocks, charset.spark):
        assert all(wcswidth(sign) == 1 for sign in signs)
    assert {wcswidth(box) for box in (charset.ticked, charset.unticked, charset.fixed)} == {3}


@pytest.mark.parametrize("charset", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_state_has_a_mark_of_its_own_one_column_wide(charset: Charset) -> None:
    marks = [charset.states[state] for state in Health] + [charset.root, charset.spawner, charset.ghost]
    assert len(set(marks)) == len(marks)
    assert all(wcswidth(mark) == 1 for mark in marks)


def test_the_ascii_signs_are_ascii() -> None:
    signs = [sign for name, sign in ASCII._asdict().items() if name not in ("unicode", "states")]
    signs += ASCII.states.values()
    assert all(sign.isascii() for sign in signs)


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("utf-8", UNICODE), ("UTF8", UNICODE), ("latin-1", ASCII), ("ANSI_X3.4-1968", ASCII), (None, ASCII), ("", ASCII)],
)
def test_a_terminal_that_is_not_utf8_gets_ascii(encoding: str | None, charset: Charset) -> None:
    assert charset_for(encoding) is charset


def test_a_bar_grows_with_every_level() -> None:
    assert UNICODE.blocks[0] == " "
    assert UNICODE.blocks[8] == "█"
    assert len(UNICODE.blocks) == len(ASCII.blocks) == 9
    assert len(set(ASCII.blocks)) == 9
