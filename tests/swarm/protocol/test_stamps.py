"""Stamps in the forms in which agents and their tools write them, and what is not taken for one."""

import time
from datetime import datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.protocol.stamps import Hints, read_stamp

WRITTEN = datetime(2026, 11, 25, 15, 0).timestamp()  # noqa: DTZ001 local time, as stamps are
LOCAL = "2025-02-28T14:23:00"


def wall(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2025-02-28 14:23",
            "2025-02-28T14:23:00",
            "2025-02-28 14:23:00.123",
            "2025-02-28 14:23:00,123",
            "2025-2-28 14:23",
        ),
        *("2025/02/28 14:23", "2025.02.28 14:23", "02/28/2025 14:23", "28/02/2025 14:23", "28-02-2025 14:23"),
        *(
            "28.02.2025 14:23",
            "28.2.2025, 14:23 Uhr",
            "28.02.25 14:23",
            "28. Februar 2025, 14:23",
            "28. Feb. 2025 14:23",
        ),
        *("Feb 28, 2025 14:23", "February 28th, 2025 at 2:23 p.m.", "28 Feb 2025 14:23", "Fri, 28 Feb 2025 14:23:00"),
        *("28-Feb-2025 14:23", "28/Feb/2025:14:23:00", "Fri Feb 28 14:23:00 2025", "28 février 2025 14h23"),
        *(
            "28 de febrero de 2025 14:23",
            "2025年02月28日 14:23",
            "2025년 2월 28일 14:23",
            "20250228-142300",
            "20250228T1423",
        ),
        *(
            "2025-02-28 2:23 PM",
            "2025-02-28 02:23pm",
            "02/28/2025, 2:23:00 PM",
            "2025-02-28, 14:23",
            "2025-02-28 | 14:23",
        ),
        *("2025-02-28 - 14:23", "2025-02-28 @ 14:23", "2025-02-28 at 14:23"),
    ],
)
def test_a_local_time_is_read_in_every_common_form(text: str) -> None:
    found = read_stamp(text + " Drafting", Hints(written=WRITTEN))
    assert found is not None
    assert (found.wall, found.naive, found.whole_day) == (wall(LOCAL), True, False)
    assert (text + " Drafting")[found.end :].strip() == "Drafting"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-02-28T14:23:00Z", "2025-02-28T14:23:00+00:00"),
        ("2025-02-28 14:23 UTC", "2025-02-28T14:23:00+00:00"),
        ("2025-02-28 14:23:00+0530", "2025-02-28T14:23:00+05:30"),
        ("2025-02-28 14:23+01", "2025-02-28T14:23:00+01:00"),
        ("2025-02-28 14:23 GMT+1", "2025-02-28T14:23:00+01:00"),
        ("2025-02-28 14:23 (UTC-03:30)", "2025-02-28T14:23:00-03:30"),
        ("2025-02-28 2:23 PM PST", "2025-02-28T14:23:00-08:00"),
        ("2025-07-28 14:23 CEST", "2025-07-28T14:23:00+02:00"),
        ("2025-07-28 14:23 America/New_York", "2025-07-28T14:23:00-04:00"),
        ("Fri, 28 Feb 2025 14:23:00 +0100", "2025-02-28T14:23:00+01:00"),
        ("Fri Feb 28 14:23:00 CET 2025", "2025-02-28T14:23:00+01:00"),
        ("20250228T142300Z", "2025-02-28T14:23:00+00:00"),
        ("1740752580", "2025-02-28T14:23:00+00:00"),
        ("1740752580123", "2025-02-28T14:23:00+00:00"),
    ],
)
def test_a_zone_that_is_named_counts(text: str, iso: str) -> None:
    found = read_stamp(text + " - Drafting", Hints(written=WRITTEN))
    assert found is not None
    assert (found.wall, found.naive) == (wall(iso), False)


def test_this_machines_own_name_for_its_zone_comes_before_others_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        found = read_stamp("2025-02-28 14:23 CST - Drafting")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found is not None
    assert found.wall == wall("2025-02-28T14:23:00+08:00")


def test_a_word_in_capitals_is_no_zone() -> None:
    found = read_stamp("2025-02-28 14:23 INFO begun")
    assert found is not None
    assert (found.text, found.naive) == ("2025-02-28 14:23", True)


@pytest.mark.parametrize(
    ("text", "day"),
    [("14:23", "2026-11-25"), ("2:23 PM", "2026-11-25"), ("23:50", "2026-11-24"), ("15:03", "2026-11-25")],
)
def test_a_time_alone_is_of_the_last_such_day_before_the_file_was_written(text: str, day: str) -> None:
    found = read_stamp(text + " - Drafting", Hints(written=WRITTEN))
    assert found is not None
    assert time.strftime("%Y-%m-%d", time.localtime(found.wall)) == day


def test_a_time_below_a_day_is_of_that_day() -> None:
    found = read_stamp("14:23 - Drafting", Hints(written=WRITTEN, day=datetime.fromisoformat(LOCAL).date()))
    assert found is not None
    assert found.wall == wall(LOCAL)


def test_a_day_without_its_year_is_the_last_one_before_the_file_was_written() -> None:
    for text, year in (("Feb 28 14:23:05 host", 2026), ("Dec 28 14:23:05 host", 2025)):
        found = read_stamp(text, Hints(written=WRITTEN))
        assert found is not None
        assert time.localtime(found.wall).tm_year == year


def test_a_day_alone_is_its_end_but_not_after_the_file_was_written() -> None:
    old, today = (
        read_stamp("2025-02-28: Drafting", Hints(written=WRITTEN)),
        read_stamp("2026-11-25", Hints(written=WRITTEN)),
    )
    assert old is not None
    assert today is not None
    assert (old.wall, today.wall) == (wall("2025-02-28T23:59:59"), WRITTEN)
    assert old.whole_day


@pytest.mark.parametrize(("known", "month"), [(True, 4), (False, 3), (None, 0)])
def test_slashes_are_read_where_the_order_of_day_and_month_is_certain(known: bool | None, month: int) -> None:
    found = read_stamp("03/04/2025 14:23", Hints(day_first=known, written=WRITTEN))
    assert (time.localtime(found.wall).tm_mon if found is not None else 0) == month


def test_dots_stand_between_day_and_month_in_that_order() -> None:
    found = read_stamp("03.04.2025 14:23", Hints(written=WRITTEN))
    assert found is not None
    assert time.localtime(found.wall)[1:3] == (4, 3)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-31 09:33 no such day", "2026-02-28 25:33 no such hour", "2026-02-28 09:33+99:00 no such zone"),
        *(
            "1.2.34 released",
            "10.0.0.1 is up",
            "3 of 12 files",
            "5:1 ratio",
            "May 3 things be done",
            "March on",
            "13:61 odd",
        ),
        *("0001-01-01 00:00 before time", "12345678901234567890 is a number", "2026-02-28 13:00 PM odd", ""),
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_stamp(text, Hints(written=WRITTEN)) is None


@given(st.text(st.sampled_from("0123456789-/.:, TZAPMJanFebMar+年月日|h"), max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for hints in (Hints(), Hints(written=WRITTEN), Hints(day_first=True, written=1e17)):
        found = read_stamp(text, hints)
        assert found is None or 0 < found.end <= len(text)


def test_every_month_has_its_names() -> None:
    names = (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for line, number in product(names, range(12)):
        found = read_stamp(f"3 {line.split()[number]} 2025 14:23", Hints(written=WRITTEN))
        assert found is not None, line.split()[number]
        assert time.localtime(found.wall).tm_mon == number + 1
