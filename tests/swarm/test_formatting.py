"""Times as every file and every surface has them: written in local time with its offset, read from any ISO 8601."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.formatting import parse_stamp, spell_stamp

NOON = 1_772_278_392.0
"""2026-02-28 11:33:12 UTC."""


@pytest.fixture
def kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("kathmandu")
def test_a_stamp_is_local_time_with_its_offset() -> None:
    assert spell_stamp(NOON) == "2026-02-28T17:18:12+05:45"
    assert spell_stamp(NOON + 0.25, " ", millis=True) == "2026-02-28 17:18:12.250+05:45"


@given(st.integers(0, 250_000_000_000))
def test_a_stamp_is_read_as_the_second_that_it_was_written_for(wall: int) -> None:
    assert parse_stamp(spell_stamp(wall)) == wall


@pytest.mark.usefixtures("kathmandu")
@pytest.mark.parametrize(
    "text",
    [
        "2026-02-28T11:33:12Z",
        "2026-02-28 11:33:12+0000",
        "2026-02-28T12:33:12.000+01:00",
        "2026-02-28 17:18:12",
        "20260228T171812",
    ],
)
def test_any_form_of_a_time_is_read_and_one_without_offset_is_local(text: str) -> None:
    assert parse_stamp(text) == NOON


@pytest.mark.parametrize(
    "text", ["", "yesterday", "9999-99-99", "2026-02-31T10:00:00Z", "2026-02-28T25:00:00Z", "1772278392"]
)
def test_what_is_no_time_is_read_as_none(text: str) -> None:
    assert parse_stamp(text) is None


@pytest.mark.parametrize("wall", [1e20, -1e20, float("nan"), float("inf"), 1e12])
def test_a_time_that_no_calendar_holds_is_written_as_1970(wall: float) -> None:
    assert parse_stamp(spell_stamp(wall)) == 0.0
