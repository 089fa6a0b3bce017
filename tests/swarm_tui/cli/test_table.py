"""The table of verbs: every verb has a module, a help and an example that parses, and every option is read."""

import argparse
import ast
import inspect
import shlex

import pytest

from swarm.errors import UsageError
from swarm.model.verb import Verb
from swarm.model.verbs import BY_NAME, VERBS
from swarm_tui.cli.main import function_of, main
from swarm_tui.cli.output import NAME
from swarm_tui.cli.parser import parser_of, whole_parser
from swarm_tui.cli.suggest import VERB_OF, verb_for
from swarm_tui.cli.verb_place import find_verb

GLOBAL = {"home", "wait", "json", "version", "help"}
EVERY_VERB = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


def parsed(words: list[str]) -> argparse.Namespace:
    """What the words of a whole command line (without `swarm-tui`) mean to their verb."""
    at = find_verb(words)
    assert at is not None
    verb = BY_NAME[words[at]]
    rest = words[:at] + words[at + 1 :]
    if verb.command and "--" in rest:
        rest = rest[: rest.index("--")]
    return parser_of(verb).parse_args(rest)


def options_read(tree: ast.AST) -> set[str]:
    """The options that code takes from `args`."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "args"
    }


def test_no_verb_stands_in_the_table_twice() -> None:
    assert len(BY_NAME) == len(VERBS)


def test_every_verb_of_the_contract_is_there() -> None:
    contract = (
        "init demo status spawn kill heartbeat run progress done read log message pause resume hold respawn events "
        "doctor roles templates"
    )
    assert set(contract.split()) <= set(BY_NAME)


@EVERY_VERB
def test_a_verb_has_a_function_that_carries_it_out(verb: Verb) -> None:
    function = function_of(verb.name)
    assert function.__doc__
    assert list(inspect.signature(function).parameters) == ["args", "out"]


@EVERY_VERB
def test_the_example_of_a_verb_parses(verb: Verb) -> None:
    assert verb.help
    assert parsed(shlex.split(verb.example)) is not None


@EVERY_VERB
def test_the_help_of_a_verb_shows_its_example(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb.name, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{NAME} {' '.join(verb.example.split())}" in shown
    assert shown.startswith(f"usage: {NAME} {verb.name}")


@EVERY_VERB
def test_every_option_of_a_verb_is_read_by_it(verb: Verb) -> None:
    declared = {action.dest for action in parser_of(verb)._actions} - GLOBAL
    function = function_of(verb.name)
    read = options_read(ast.parse(inspect.getsource(function)))
    handed_on = options_read(ast.parse(inspect.getsource(inspect.getmodule(function) or function)))
    assert declared <= (handed_on if verb.name == "run" else read)
    assert read <= declared | {"home", "json", "wait", "command"}


@EVERY_VERB
def test_global_options_stand_before_or_after_the_verb(verb: Verb) -> None:
    own = shlex.split(verb.example)
    before = parsed(["-C", "somewhere", "--wait", "2m", "--json", *own])
    assert (before.home, before.wait, before.json) == ("somewhere", 120.0, True)
    after = parsed([own[0], "-C", "somewhere", "--wait=90s", "--json", *own[1:]])
    assert (after.home, after.wait, after.json) == ("somewhere", 90.0, True)


def test_the_whole_parser_knows_every_verb_and_its_options() -> None:
    whole = whole_parser()
    verbs = next(action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    assert list(verbs.choices) == [verb.name for verb in VERBS]
    for verb in VERBS:
        assert {action.dest for action in verbs.choices[verb.name]._actions} == {
            action.dest for action in parser_of(verb)._actions
        }


def test_the_help_names_every_verb_and_every_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n    {verb.name}" in shown for verb in VERBS)
    assert "0 done, 1 failed, 2 wrong usage, 3 refused by policy, 4 no such agent, 5 busy, 130 interrupted" in shown


def test_a_home_called_like_a_verb_is_not_taken_for_one() -> None:
    assert find_verb(["-C", "status", "kill", "x"]) == 2
    assert find_verb(["--wait", "5", "--json", "read", "x"]) == 3
    assert find_verb(["--read-only"]) is None
    assert find_verb([]) is None


def test_what_follows_two_dashes_is_never_a_verb_or_an_option_of_ours() -> None:
    assert find_verb(["--", "status"]) is None
    assert parsed(["spawn", "w", "--role", "worker", "--task", "t", "--", "sh", "--json", "-C", "x"]).json is False


def test_a_misspelt_verb_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["statsu"]) == 2
    told = capsys.readouterr()
    assert "There is no verb 'statsu'. [usage]" in told.err
    assert "swarm-tui status" in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("word", "verb"), [("ls", "status"), ("stop", "kill"), ("restart", "respawn"), ("logs", "log"), ("unfreez", "thaw")]
)
def test_a_verb_of_other_programs_is_answered_with_ours(
    word: str, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word, "x"]) == 2
    assert f"Perhaps you mean: swarm-tui {verb}\n" in capsys.readouterr().err


def test_every_other_name_is_no_verb_and_means_one() -> None:
    assert not set(VERB_OF) & set(BY_NAME)
    assert set(VERB_OF.values()) <= set(BY_NAME)
    assert verb_for("xyzzyplugh") == ""


def test_a_misspelt_option_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--problms"]) == 2
    assert "Perhaps you mean --problems." in capsys.readouterr().err


def test_options_are_not_abbreviated() -> None:
    with pytest.raises(UsageError, match="nrecognized"):
        parsed(["status", "--li"])


@pytest.mark.parametrize(
    ("words", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("1h30m", 5400), ("10", 10), ("250ms", 0.25)]
)
def test_a_duration_has_a_unit_or_is_seconds(words: str, seconds: float) -> None:
    assert parsed(["--wait", words, "status"]).wait == seconds


@pytest.mark.parametrize("words", ["soon", "5 parsecs", "-3s", "", "1e9", "nan", "inf", "9" * 400])
def test_what_is_no_duration_is_wrong_usage(words: str) -> None:
    with pytest.raises(UsageError):
        parsed([f"--wait={words}", "status"])


@pytest.mark.parametrize(
    "words",
    [
        ["spawn", "w", "--role", "worker", "--task", "t", "--slots", "0"],
        ["spawn", "w", "--role", "worker", "--task", "t", "--slots", "-1"],
        ["spawn", "w", "--role", "worker", "--task", "t", "--slots", "two"],
        ["hold", "w", "--for", "-1", "--why", "x"],
        ["progress", "x", "--outputs", "1.5"],
        ["run", "--period", "0"],
        ["demo", "--speed", "0"],
        ["log", "w", "--stream", "stdin"],
        ["init", "--program", "emacs"],
        ["done", "--status", "great"],
        ["spawn", "w"],
        ["kill"],
        ["status", "--line", "surplus"],
        ["roles", "surplus"],
        ["--no-such-option"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert "[usage]" in told.err
    assert told.out == ""
