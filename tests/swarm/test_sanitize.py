"""What agents write reaches a screen as one bounded, control-free line, or not at all."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swarm.sanitize import LIMIT, MARKS_PER_BASE, clean, clean_block
from tests.support.hostile import ESC, HOSTILE, forbidden

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)  # surrogates, too
STEERING = st.lists(
    st.sampled_from([ESC, "[", "]", "\x9b", "\x9d", "P", ";", "52", "m", "\x07", "\\", "\x9c", "a", "\n"])
).map("".join)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_text_gets_a_forbidden_character_through(name: str) -> None:
    assert forbidden(clean(HOSTILE[name])) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_becomes_one_bounded_line(name: str) -> None:
    line = clean(HOSTILE[name])
    assert len(line) <= LIMIT
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_can_be_encoded_once_it_is_clean(name: str) -> None:
    line = clean(HOSTILE[name])
    assert line.encode("utf-8").decode("utf-8") == line


def test_there_are_at_least_the_38_kinds_of_the_catalogue() -> None:
    assert len(HOSTILE) >= 38


@given(ANY_TEXT | STEERING)
@example("\x1b\x1b[0m[31m")
def test_a_clean_line_has_no_control_whatever_it_was_made_of(text: str) -> None:
    line = clean(text)
    assert forbidden(line) == []
    assert line.isprintable()
    assert line == line.strip()


@given(ANY_TEXT | STEERING, st.integers(1, 50))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert len(once) <= limit
    assert clean(once, limit) == once


@given(ANY_TEXT)
def test_marks_never_pile_up(text: str) -> None:
    pile = 0
    for char in clean(text):
        pile = pile + 1 if unicodedata.category(char)[0] == "M" else 0
        assert pile <= MARKS_PER_BASE


@pytest.mark.parametrize(
    "text",
    [
        "Writing analysis section. 800/2000 words done.",
        "Größe geprüft – naïve Lösung verworfen…",
        "Проверил 5/10 страниц",
        "ανάλυση δεδομένων",
        "分析が終わりました。",
        "한국어 문장입니다",
        "בדיקה הושלמה",
        "ครบถ้วนแล้ว",
        "हिन्दी वाक्य",
        "▲ 3 → 4 ✔ 🚀",
        "e\u0301te\u0301",
        "[bold]markup is left to whoever draws it[/bold]",
        "C:\\temp\\out.txt {json: true}",
    ],
)
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{ESC}[31mred{ESC}[0m", "red"),
        (f"{ESC}]8;;https://evil.example/{ESC}\\click{ESC}]8;;{ESC}\\", "click"),
        (f"{ESC}]52;c;cm0=\x07copied", "copied"),
        (f"{ESC}]0;title\x07shown", "shown"),
        ("\x9b31mred", "red"),
        ("\x90payload\x9cshown", "shown"),
        (f"{ESC}(0shown{ESC}(B", "shown"),
        (f"shown{ESC}", "shown"),
        (f"seen {ESC}]0;never ended", "seen 0;never ended"),
    ],
)
def test_an_escape_sequence_goes_with_what_it_carries(text: str, line: str) -> None:
    assert clean(text) == line


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\t", "\u00a0", "\u3000"]
)
def test_line_ends_and_odd_spaces_become_spaces(end: str) -> None:
    assert clean(f"one{end}two").split(" ") in (["one", "two"], ["one", "", "two"])


@pytest.mark.parametrize(
    "char", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ue000", "\u3164", "\ufe0f", "\U000e0041", "\0"]
)
def test_what_cannot_be_seen_is_gone(char: str) -> None:
    assert clean(f"a{char}b") == "ab"


@pytest.mark.parametrize("char", [chr(0xD800), chr(0xDFFF), "\ufffe", "\U0010ffff"])
def test_what_is_no_character_shows_as_a_replacement(char: str) -> None:
    assert clean(f"a{char}b") == "a\ufffdb"


def test_a_mark_on_nothing_is_dropped_lest_it_changes_the_frame_beside_it() -> None:
    assert clean("\u0301text") == "text"


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    line = clean("x" * 20_000)
    assert len(line) == LIMIT
    assert line.endswith("x…")


def test_a_limit_can_be_given() -> None:
    assert clean("twelve chars", 7) == "twelve…"


def test_a_text_that_is_nearly_all_hidden_still_shows_what_is_left() -> None:
    assert clean("\u200b" * 5000 + "here") == "here"


def test_a_block_keeps_its_lines_and_indentation() -> None:
    assert clean_block(f"def f():\r\n\treturn {ESC}[1m1{ESC}[0m\n\n# end  ") == "def f():\n    return 1\n\n# end"


def test_a_block_caps_its_lines_and_says_how_many_are_left_out() -> None:
    assert clean_block("1\n2\n3\n4\n5", limit_lines=3) == "1\n2\n3\n… 2 more lines"


def test_a_block_caps_each_line() -> None:
    assert clean_block("abcdef\nab", limit=4) == "abc…\nab"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_block_lets_nothing_but_line_feeds_through(name: str) -> None:
    assert set(forbidden(clean_block(HOSTILE[name]))) <= {"U+000A"}
