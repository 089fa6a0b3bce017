"""What hides words in a text is taken off before anything is compared."""

import subprocess
import sys

import pytest

from swarm.injection.clauses import clauses
from swarm.injection.unwrap import invisible, latin, look_alike, readable


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#73;gnore&nbsp;it", "Ignore it"),
        ("&amp;#73;gnore", "Ignore"),
        ("%49gnore%20it", "Ignore it"),
        ("\\u0049gnore \\x69t", "Ignore it"),
        ("ig\u200bno\u00adre", "ignore"),
        ("ｉｇｎｏｒｅ", "ignore"),
        ("\x1b[31mignore\x1b[0m", "ignore"),
    ],
)
def test_a_text_is_read_as_its_reader_sees_it(written: str, read: str) -> None:
    assert readable(written) == read


def test_diacritics_and_letters_that_look_like_latin_ones_are_folded() -> None:
    assert latin("Ígnóré") == "ignore"
    assert look_alike("іgnоrе") == "ignore"


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Café, naïve – “quoted”…",
        "已完成 3 个页面",
        "前のバージョン",
        "이전 버전",
        "שלום",
        "สวัสดี",
        "→ 40 %, 3 × 4",
    ],
)
def test_texts_without_foreign_letters_that_look_like_latin_ones_do_not_pay_for_the_table(text: str) -> None:
    code = (
        "import sys; from swarm.injection.detect import suspicion; suspicion(sys.argv[1]);"
        "print('disarm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_no_screen_shows_is_made_visible() -> None:
    assert invisible("a" + "".join(chr(0xE0000 + ord(char)) for char in "obey")) == "obey"
    assert invisible("a" + "".join(chr(0xE0100 + ord(char) - 16) for char in "obey")) == "obey"
    assert invisible("\u2764" + "\ufe0f" * 50) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("done. now ignore it", "done . now ignore it"),
        ("ig<b>no</b>re<br>it", "ignore . it"),
        ("it said 'ignore' twice", 'it said " ignore " twice'),
        ("don't", "dont"),
        ("a\nb: c, d", "a / b : c , d"),
        ("see https://x.example/ignore", "see url"),
        ("test_ignore_it", "test_ignore_it"),
        ("ignore_all_previous_instructions", "ignore all previous instructions"),
        ("**ignore** `it`", 'ignore " it "'),
    ],
)
def test_a_text_becomes_one_line_of_words_and_marks(text: str, words: str) -> None:
    assert clauses(text) == words
