"""Every sign and every number on the screen is explained: the tables of signs and canned screens are gone over."""

import re

import pytest

from swarm.model.health import Health
from widgets.charset import ASCII, UNICODE, Charset
from widgets.legend import STATES, legend

NO_SIGNS = {"unicode", "states", "gap", "blocks", "spark"}
"""Fields of a charset that are no sign: a flag, blanks, and those that are gone over by themselves."""


def signs_of(charset: Charset) -> list[str]:
    return [entry.sign for section in legend(charset) for entry in section.entries]


def explained(charset: Charset) -> set[str]:
    """Everything that stands between two spaces in the signs of the legend."""
    return {part for sign in signs_of(charset) for part in sign.split()}


@pytest.mark.parametrize("charset", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_sign_of_the_table_is_in_the_legend(charset: Charset) -> None:
    drawn = {getattr(charset, field).strip() for field in Charset._fields if field not in NO_SIGNS}
    drawn |= {charset.states[state] for state in Health} | {charset.spark[0], charset.spark[-1]}
    text = " ".join(signs_of(charset))
    assert [sign for sign in drawn if sign not in text] == []


def test_every_state_has_its_mark_and_its_word() -> None:
    assert set(STATES) == set(Health)
    for charset in (UNICODE, ASCII):
        for state in Health:
            assert f"{charset.states[state]} {state.value}" in signs_of(charset)


def test_no_sign_is_explained_twice_in_one_place_and_each_has_words() -> None:
    for charset in (UNICODE, ASCII):
        for section in legend(charset):
            signs = [part for entry in section.entries for part in re.split(r"\s{2,}", entry.sign)]
            assert len(signs) == len(set(signs)), section.title
            assert all(entry.words for entry in section.entries)


def test_the_legend_is_ascii_where_the_screen_is() -> None:
    assert all(sign.isascii() for sign in signs_of(ASCII))
