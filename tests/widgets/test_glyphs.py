"""The glyph table: every state has one, all can be told apart in one cell, with and without Unicode."""

from wcwidth import wcwidth

from swarm.model.health import Health
from widgets.charset import GHOST, ROOT, SPAWNER, STATES

MARKS = (*STATES.values(), ROOT, SPAWNER, GHOST)


def test_every_state_has_a_glyph() -> None:
    assert set(STATES) == {state.value for state in Health}


def test_no_two_marks_look_the_same() -> None:
    assert len({glyph.mark for glyph in MARKS}) == len(MARKS)
    assert len({glyph.ascii for glyph in MARKS}) == len(MARKS)


def test_every_mark_takes_exactly_one_cell() -> None:
    assert {wcwidth(glyph.mark) for glyph in MARKS} == {1}
    assert {len(glyph.ascii) for glyph in MARKS} == {1}


def test_the_ascii_twins_are_printable_ascii() -> None:
    assert all(glyph.ascii.isascii() and glyph.ascii.isprintable() for glyph in MARKS)


def test_a_member_of_the_enumeration_finds_its_row() -> None:
    assert STATES[Health.LOOPING].mark == "↻"
