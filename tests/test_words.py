"""Words that decide something are members of enums: a slip in one is found before anything runs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.programs.registry import BUILT_IN

HERE = Path(__file__).parent.parent
SOURCES = [path for package in ("swarm", "widgets", "swarm_tui") for path in sorted((HERE / package).rglob("*.py"))]
TAKES_A_WORD = {
    "raise_alert": 2,
    "clear_alert": 2,
    "Alert": 1,
    "Problem": 0,
    "audit.record": 1,
    "audit.by_engine": 1,
    "audit_log.append": 2,
}
"""Calls, and which of their arguments is a word of an enum."""


def bare_words(source: str) -> Iterator[tuple[int, str]]:
    """(line, words) of every call that is given a bare string where it takes a member of an enum."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (place := TAKES_A_WORD.get(ast.unparse(node.func))) is not None:
            given = node.args[place : place + 1] + [
                each.value for each in node.keywords if each.arg in ("cause", "verb")
            ]
            yield from (
                (node.lineno, ast.unparse(node.func))
                for word in given
                if any(isinstance(part, ast.Constant | ast.JoinedStr) for part in ast.walk(word))
            )


def test_no_alert_no_problem_and_no_audit_line_is_named_by_a_bare_string() -> None:
    found = [(str(path.relative_to(HERE)), *each) for path in SOURCES for each in bare_words(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'raise_alert(state, agent, "gap", text, "", 0.0)',
        'audit.record(home, "kill", agent=agent)',
        'audit.record(home, "turn" if root else verb)',
        'Problem(f"{code}", text)',
        'Alert("", cause="gap")',
    ],
)
def test_a_bare_string_is_found(source: str) -> None:
    assert len(list(bare_words(source))) == 1


NO_PROGRAMS = {(f"swarm_tui/app/screens/{name}.py", "command") for name in ("spawn_form", "spawn_model")}
"""Words that are the name of a program and mean something else: a field of the form."""


def names_compared(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of every comparison with the name of a program, alone or in a group of words."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            sides = [node.value]
        else:
            continue
        words = [part.value for side in sides for part in ast.walk(side) if isinstance(part, ast.Constant)]
        yield from ((node.lineno, word) for word in words if word in BUILT_IN)


def test_nothing_outside_of_the_programs_is_decided_by_the_name_of_one() -> None:
    outside = [path for path in SOURCES if not path.is_relative_to(HERE / "swarm" / "programs")]
    found = {(str(path.relative_to(HERE)), word) for path in outside for _, word in names_compared(path.read_text())}
    assert found == NO_PROGRAMS


@pytest.mark.parametrize("source", ['if k == "claude": ...', 'k in ("", "command")', 'match k:\n case "codex": ...'])
def test_a_decision_by_name_is_found(source: str) -> None:
    assert len(list(names_compared(source))) == 1


WORDS = frozenset({"action", "cause", "code", "how", "kind", "level", "verb", "watching"})
"""Attributes that hold a member of an enum."""


def strings_compared(source: str) -> Iterator[tuple[int, str]]:
    """(line, attribute) of every comparison of such an attribute with bare strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr in WORDS:
            found = [part for side in node.comparators for part in ast.walk(side)]
            if any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in found):
                yield node.lineno, node.left.attr


def test_what_is_decided_on_is_compared_with_members_and_not_with_bare_strings() -> None:
    decides = [
        path for path in SOURCES if path != HERE / "swarm" / "model" / "actor.py"
    ]  # it is the one place for that
    found = [(str(path.relative_to(HERE)), *each) for path in decides for each in strings_compared(path.read_text())]
    assert found == []


@pytest.mark.parametrize("source", ['error.code == "full"', 'alert.cause in ("gap", other)', 'a.verb != "kill"'])
def test_a_comparison_with_a_bare_string_is_found(source: str) -> None:
    assert len(list(strings_compared(source))) == 1
