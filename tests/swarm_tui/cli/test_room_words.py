"""The words of a command line without a verb mean the same, whether or not the parsers of all verbs are made."""

from collections.abc import Sequence

import pytest

from swarm.errors import UsageError
from swarm_tui.cli import parser
from swarm_tui.cli.parser import parse_room, whole_parser


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-C", "home"),
        ("-Chome", "--read-only"),
        ("--theme", "swarm-light", "--ascii"),
        ("--theme=x", "--wait", "3s", "--json"),
    ],
    ids=" ".join,
)
def test_the_words_of_a_room_are_read_without_the_parsers_of_verbs(
    words: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meant = vars(whole_parser().parse_args(words))
    monkeypatch.setattr(parser, "parser_of", lambda *_: pytest.fail("the parser of a verb was made"))
    assert {**vars(parse_room(words)), "verb": None} == meant


@pytest.mark.parametrize("words", [("--them", "x"), ("-C",), ("--wait", "long"), ("--", "nothing")], ids=" ".join)
def test_complaints_about_them_name_the_whole_usage(words: Sequence[str]) -> None:
    with pytest.raises(UsageError) as raised:
        parse_room(words)
    with pytest.raises(UsageError) as wanted:
        whole_parser().parse_args(words)
    assert (raised.value.title, raised.value.detail, raised.value.hint) == (
        wanted.value.title,
        wanted.value.detail,
        wanted.value.hint,
    )


def test_help_lists_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_room(["--help"])
    assert "heartbeat" in capsys.readouterr().out
