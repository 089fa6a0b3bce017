"""An empty room says what to press, and what its top says, in whatever room there is."""

import pytest

from widgets.charset import ASCII, UNICODE
from widgets.first_steps import steps_lines

STEPS = (("n", "spawn the first agent"), ("b", "rehearse the next heartbeat"), ("?", "help: every key, every sign"))


def text(width: int, room: int, *, ascii_only: bool = False) -> list[str]:
    return [
        "".join(cell.text for cell in line)
        for line in steps_lines(STEPS, width, room, ASCII if ascii_only else UNICODE)
    ]


@pytest.mark.parametrize(("width", "room"), [(160, 30), (80, 16), (45, 13), (45, 8), (60, 8)])
def test_keys_and_the_top_are_explained_wherever_there_is_room_for_both(width: int, room: int) -> None:
    lines = text(width, room)
    assert len(lines) <= room
    assert all(len(line) <= width for line in lines)
    said = "\n".join(lines)
    for words in ("n     spawn the first", "b     rehearse", "?     help", "time to the next", "■used"):
        assert words in said


@pytest.mark.parametrize(("room", "kept"), [(7, 4), (4, 4), (3, 3), (2, 0), (0, 0), (-3, 0)])
def test_where_there_is_less_the_keys_stay_longest(room: int, kept: int) -> None:
    lines = text(80, room)
    assert len(lines) == kept
    assert not kept or "n     spawn the first agent" in "\n".join(lines)


def test_every_sign_is_ascii_where_it_has_to_be() -> None:
    assert "".join(text(80, 20, ascii_only=True)).isascii()
