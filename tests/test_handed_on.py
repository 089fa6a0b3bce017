"""What is handed on is never read with what cuts and cleans for screens: held by types, and by what modules import."""

import ast
from pathlib import Path

import pytest

from swarm.model.reports import Results, WholeResults
from swarm.model.requests import ReadReport

ROOT = Path(__file__).parents[1]
CUTTING = frozenset({"clean", "clean_block", "quoted", "beginning", "cleaned", "read_results", "examine_results"})
"""What cuts a text or cleans it: for screens."""
HANDING_ON = (
    "swarm/protocol/whole_results.py",
    "swarm/protocol/brief.py",
    "swarm/verbs/read.py",
    "swarm/verbs/learned.py",
    "swarm/verbs/respawn.py",
    "swarm/hooks/deliver.py",
    "swarm/lifecycle/messaging.py",
    "swarm/lifecycle/relaunch.py",
    "swarm/lifecycle/take_up.py",
    "swarm/admission/draft.py",
    "swarm/heartbeat/root_launch.py",
    "swarm/mcp/pages.py",
    "swarm/programs/prompt.py",
    "swarm/programs/claude/stdin_messages.py",
    "swarm/processes/stdin_channel.py",
    "swarm_tui/app/screens/spawn_model.py",
    "swarm_tui/workers/whole_texts.py",
    "swarm_tui/cli/commands/reports.py",
)
PAGED = frozenset({"swarm/mcp/pages.py"})
"""It gives parts whose sum is the whole."""


def imported(tree: ast.AST) -> set[str]:
    """The names that a module takes from others."""
    return {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def cut_to_a_limit(tree: ast.AST) -> list[int]:
    """Lines in which something is cut to a limit that is a name: `text[:LIMIT]`."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Slice)
        and node.slice.lower is None
        and any(isinstance(each, ast.Name) and each.id.isupper() for each in ast.walk(node.slice.upper or node.slice))
    ]


@pytest.mark.parametrize("path", HANDING_ON)
def test_a_module_that_hands_on_neither_cuts_nor_reads_what_was_cut(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    assert imported(tree) & CUTTING == set()
    assert path in PAGED or cut_to_a_limit(tree) == []


def test_whole_results_and_those_for_screens_are_of_two_kinds() -> None:
    assert ReadReport.__annotations__["results"] is WholeResults
    assert not issubclass(WholeResults, Results)
    assert not issubclass(Results, WholeResults)


def test_the_test_sees_a_cut() -> None:
    tree = ast.parse("from swarm.sanitize import clean\nLIMIT = 3\nx = text[:LIMIT]\ny = text[1:]\n")
    assert imported(tree) & CUTTING == {"clean"}
    assert cut_to_a_limit(tree) == [3]
