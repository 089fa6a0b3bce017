"""Cutting and padding texts to columns, and short figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.hostile import HOSTILE, forbidden
from widgets.cells import (
    Cell,
    cell_at,
    cells_width,
    coarse_duration,
    countdown,
    fit,
    fit_cells,
    fit_right,
    fit_tail,
    quote,
    short_bytes,
    short_count,
    short_duration,
    short_id,
    slot_role,
)

texts = st.text(alphabet=st.sampled_from("ab cd漢字é🙂…"), max_size=30)


@given(texts, st.integers(0, 40))
def test_a_fitted_text_takes_exactly_its_columns(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_right(text, width)) == width
    assert cell_len(fit_tail(text, width)) == width


@given(st.lists(texts, max_size=5), st.integers(0, 60))
def test_fitted_cells_take_exactly_their_columns(parts: list[str], width: int) -> None:
    assert cells_width(fit_cells([Cell(part) for part in parts], width)) == width


def test_a_text_is_cut_at_its_end_and_a_path_at_its_beginning() -> None:
    assert fit("a long sentence", 8) == "a long …"
    assert fit_tail("idea-alpha/worker-2", 10) == "…/worker-2"
    assert fit_right("7m", 5) == "   7m"


def test_the_cell_under_a_column_is_found() -> None:
    cells = (Cell("ab"), Cell("漢"), Cell("c"))
    assert [cell_at(cells, x) for x in range(6)] == ["ab", "ab", "漢", "漢", "c", ""]


@pytest.mark.parametrize(
    ("seconds", "short", "coarse", "count"),
    [
        (-5, "0s", "0s", "00:00"),
        (0, "0s", "0s", "00:00"),
        (12.9, "12s", "12s", "00:12"),
        (130, "2m", "2m", "02:10"),
        (3599, "59m", "59m", "59:59"),
        (3900, "1h05", "1h", "1:05:00"),
        (86_400 * 3 + 4 * 3600, "3d04h", "3d", "76:00:00"),
        (86_400 * 400, "400d", "400d", "9600:00:00"),
    ],
)
def test_durations_are_short(seconds: float, short: str, coarse: str, count: str) -> None:
    assert short_duration(seconds) == short
    assert coarse_duration(seconds) == coarse
    assert countdown(seconds) == count


def test_sizes_and_counts_are_short() -> None:
    assert [short_bytes(size) for size in (12, 2048, 310 << 20, 4.2 * 2**30)] == ["12 B", "2 KiB", "310 MiB", "4.2 GiB"]
    assert [short_count(count) for count in (950, 12_300, 4_500_000)] == ["950", "12.3k", "4.5M"]


def test_an_id_is_shown_without_the_root() -> None:
    assert short_id("genesis-01/idea-a/worker-1", "genesis-01") == "idea-a/worker-1"
    assert short_id("genesis-01", "genesis-01") == "genesis-01"
    assert short_id("genesis-011/x", "genesis-01") == "genesis-011/x"
    assert short_id("a/b", "") == "a/b"


def test_roles_without_a_colour_share_one() -> None:
    assert slot_role("scout") == "role-scout"
    assert slot_role("poet") == "role-other"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_quoted_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    assert not forbidden(quote(text))
