"""The two streams: JSON or text on one, words on the other, and nothing on either that steers a terminal."""

import io
import json

import pytest

from swarm.errors import Code, NotFound, Refused, SwarmError
from swarm_tui.cli.output import Output, one_line, to_json
from tests.support.hostile import HOSTILE, forbidden

EVERY_HOSTILE = pytest.mark.parametrize("name", HOSTILE)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def output(
    *, tty: bool = False, json: bool = False, env: dict[str, str] | None = None
) -> tuple[Output, io.StringIO, io.StringIO]:
    out, err = (Terminal() if tty else io.StringIO()), io.StringIO()
    return Output(out, err, json=json, env={"TERM": "xterm", **(env or {})}), out, err


@EVERY_HOSTILE
def test_one_line_of_hostile_text_stays_one_clean_line(name: str) -> None:
    out, stdout, stderr = output(tty=True)
    out.say(HOSTILE[name])
    out.tell(HOSTILE[name])
    out.say_cells(((HOSTILE[name], "danger"),))
    for written in (stdout, stderr):
        text = written.getvalue().replace("\x1b[31m", "").replace("\x1b[0m", "")
        assert [kind for kind in forbidden(text) if kind != "U+000A"] == []
    assert stdout.getvalue().count("\n") == 2
    assert stderr.getvalue().count("\n") == 1


@EVERY_HOSTILE
def test_an_error_about_hostile_text_is_three_clean_lines(name: str) -> None:
    out, stdout, stderr = output()
    out.error(SwarmError(HOSTILE[name], HOSTILE[name], HOSTILE[name]))
    assert stderr.getvalue().count("\n") <= 3
    assert [kind for kind in forbidden(stderr.getvalue()) if kind != "U+000A"] == []
    assert stdout.getvalue() == ""


@EVERY_HOSTILE
def test_json_of_hostile_text_is_escaped_and_leads_back_to_it(name: str) -> None:
    text = to_json({"said": HOSTILE[name]})
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == {"said": HOSTILE[name]}


def test_a_whole_text_keeps_every_letter_and_steers_no_terminal() -> None:
    out, stdout, _ = output()
    assert out.say_whole("one\n\ttwo\n\nfour " + "x" * 100_000)
    assert stdout.getvalue() == "one\n\ttwo\n\nfour " + "x" * 100_000 + "\n"
    assert not out.say_whole("\x1b[2Jone\rtwo")
    assert stdout.getvalue().endswith("\\x1b[2Jone\\rtwo\n")


def test_a_plain_line_is_not_touched() -> None:
    assert one_line("  ├ ● worker-1  é 漢字  ") == "  ├ ● worker-1  é 漢字  "


def test_an_endless_line_is_cut() -> None:
    assert len(one_line("x" * 10_000_000)) <= 20_000


def test_colour_is_for_terminals_only() -> None:
    for tty, coloured in ((True, True), (False, False)):
        out, stdout, _ = output(tty=tty)
        out.say_cells((("late", "danger"),))
        assert ("\x1b[" in stdout.getvalue()) is coloured


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_refused(env: dict[str, str]) -> None:
    out, stdout, _ = output(tty=True, env=env)
    out.say_cells((("late", "danger"),))
    assert stdout.getvalue() == "late\n"


def test_an_empty_no_color_refuses_nothing() -> None:
    assert output(tty=True, env={"NO_COLOR": ""})[0].colour


def test_an_error_tells_its_code_and_as_json_all_of_it() -> None:
    out, stdout, stderr = output(json=True)
    out.error(Refused(Code.NO_SLOT, "No slot is free.", "12 of 12 are committed.", "End somebody first."))
    assert stderr.getvalue().splitlines()[0] == "swarm-tui: No slot is free. [no-slot]"
    assert json.loads(stdout.getvalue()) == {
        "schema": 1,
        "error": {
            "code": "no-slot",
            "title": "No slot is free.",
            "detail": "12 of 12 are committed.",
            "hint": "End somebody first.",
        },
    }


def test_without_json_an_error_leaves_standard_output_alone() -> None:
    out, stdout, _ = output()
    out.error(NotFound("There is no agent 'x'."))
    assert stdout.getvalue() == ""


def test_records_are_one_line_each_and_carry_the_schema() -> None:
    out, stdout, _ = output(json=True)
    out.record({"line": "a\nb"})
    out.record({"line": "c"})
    assert [json.loads(row) for row in stdout.getvalue().splitlines()] == [
        {"schema": 1, "line": "a\nb"},
        {"schema": 1, "line": "c"},
    ]


def test_json_knows_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"age": float("nan")})
