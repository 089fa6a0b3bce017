"""What belongs to a cause, and what becomes of words that a newer version has written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.causes import AlertCause, Course, ProblemCode, Severity
from swarm.model.open_enum import OpenEnum


class Fruit(OpenEnum):
    """An open enum of two words."""

    APPLE = "apple"
    PEAR = "pear"


@given(st.text())
def test_any_word_is_a_value_that_prints_compares_and_is_written_back_as_that_word(word: str) -> None:
    value = Fruit(word)
    assert isinstance(value, Fruit)
    assert (value, str(value), value.value, hash(value)) == (word, word, word, hash(word))
    assert json.loads(json.dumps({value: value})) == {word: word}
    assert bool(value.name) is (word in ("apple", "pear"))
    assert Fruit(word) == value


def test_what_is_no_word_is_no_value() -> None:
    with pytest.raises(ValueError, match="5"):
        Fruit(5)  # type: ignore[arg-type]


def test_a_cause_of_a_newer_version_stays_until_a_person_has_seen_it() -> None:
    newer = AlertCause("telepathy")
    assert not newer.name
    assert (newer.course, newer.severity) == (Course.STAYS, Severity.WARNING)
    assert newer not in list(AlertCause)


@pytest.mark.parametrize("code", ProblemCode)
def test_the_alert_of_a_problem_is_a_cause_of_the_same_word(code: ProblemCode) -> None:
    if code.alert is not None:
        assert code.alert.name
        assert code.alert.value == code.value


def test_nobody_is_called_for_notes_of_a_program() -> None:
    assert ProblemCode.DENIED.alert is ProblemCode.PROGRAM.alert is None
    assert ProblemCode.DENIED.is_note
    assert ProblemCode.PROGRAM.is_note
