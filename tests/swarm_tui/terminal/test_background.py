"""Light or dark: what terminals answer, in time, late, or not at all."""

import os
import pty
import select
import termios
import threading
from contextlib import suppress

import pytest

from swarm_tui.terminal.background import Answer, Question, is_light, light_by_environment
from swarm_tui.terminal.late_answers import AnswerFilter

WHITE, BLACK = "rgb:ffff/ffff/ffff", "rgb:1e1e/1e1e/1e1e"


@pytest.mark.parametrize(
    ("colour", "light"),
    [
        (WHITE, True),
        (BLACK, False),
        ("rgb:f/f/f", True),
        ("rgba:00/00/00/ff", False),
        ("#fafafa", True),
        ("rgb:fd/f6/e3", True),
        ("none", None),
        ("rgb:12345/0/0", None),
        ("#fff", None),
    ],
)
def test_a_colour_is_light_or_dark(colour: str, light: bool | None) -> None:
    assert is_light(colour) is light


@pytest.mark.parametrize(
    ("value", "light"),
    [
        ("0;15", True),
        ("15;0", False),
        ("0;default;7", True),
        ("12;8", False),
        ("", None),
        ("0;x", None),
        ("0;99", None),
    ],
)
def test_colorfgbg_says_it_where_the_terminal_does_not(value: str, light: bool | None) -> None:
    assert light_by_environment({"COLORFGBG": value}) is light


def asked(answer: bytes, *, in_time: bool = True) -> Answer:
    """What is made of a terminal that gives this answer to the question."""
    ours, theirs = pty.openpty()

    def terminal() -> None:
        heard = b""
        while not heard.endswith(b"\x1b[c"):
            heard += os.read(ours, 100)
        os.write(ours, answer)

    thread = threading.Thread(target=terminal)
    thread.start()
    try:
        return Question(theirs, theirs, 20.0 if in_time else 0.05).answer()
    finally:
        thread.join()
        os.close(ours)
        os.close(theirs)


def test_a_terminal_is_asked_and_typed_keys_are_not_taken_for_its_answer() -> None:
    assert asked(f"\x1b]11;{WHITE}\x1b\\\x1b[?62;1c".encode()) == Answer(light=True)
    assert asked(f"jj\x1b]11;{BLACK}\x07\x1b[?1;2c".encode()) == Answer(light=False)


def test_one_that_does_not_say_its_colour_is_not_waited_for() -> None:
    assert asked(b"\x1b[?1;2c") == Answer(light=None)


def test_one_that_answers_nothing_may_still_answer() -> None:
    assert asked(b"", in_time=False) == Answer(light=None, complete=False)


def test_an_answer_that_came_while_nobody_looked_is_read_after_the_deadline_too() -> None:
    ours, theirs = pty.openpty()
    try:
        with Question(theirs, theirs, deadline=0.0) as question:
            os.write(ours, f"\x1b]11;{WHITE}\x1b\\\x1b[?62;1c".encode())
            assert question.answer() == Answer(light=True)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_terminal_is_left_as_it_was_and_its_answer_to_no_shell_also_where_nobody_wants_it_any_more() -> None:
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        with suppress(ZeroDivisionError), Question(theirs, theirs, deadline=20.0):
            os.write(ours, b"\x1b[?62;1c")
            raise ZeroDivisionError
        assert termios.tcgetattr(theirs) == before
        assert select.select([theirs], [], [], 0)[0] == []
    finally:
        os.close(ours)
        os.close(theirs)


def test_what_is_no_terminal_is_not_asked() -> None:
    ends = os.pipe()
    try:
        assert Question(*ends).answer() == Answer(light=None)
    finally:
        for end in ends:
            os.close(end)


def test_a_late_answer_is_heard_and_none_of_its_letters_is_a_key() -> None:
    heard: list[bool] = []
    answers = AnswerFilter(heard.append)
    sent = [
        "jk",
        "\x1b]1",
        "1;rgb:ffff/ff",
        "ff/ffff\x1b",
        "\\x\x1b",
        "[A",
        "\x1b[?6",
        "2;1cq",
        "\x1b]11;rgb:0/0/0\x07",
    ]
    rest = [answers.rest(each) for each in sent]
    assert "".join(rest) == "jkx\x1b[Aq\x1b]11;rgb:0/0/0\x07"
    assert heard == [True]
