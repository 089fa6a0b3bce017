"""Files that were meant to be the protocol's are told by their names; files of the agent's own are left in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.protocol.misspelt import is_plausible, misspelt
from swarm.protocol.paths import AGENT_FILES


def test_failure_2_where_the_right_file_is_there_only_a_second_progress_counts() -> None:
    both = frozenset({"progress.md", "results.json"})
    slips = ["Progress.md", ".progress.md", "progress.txt", "progress.json", "result.json", "results.yaml", "done.json"]
    assert misspelt(slips, both) == ((".progress.md", "progress.md"), ("Progress.md", "progress.md"))
    assert len(misspelt(slips, frozenset())) == len(slips)


def test_of_thousands_of_names_only_some_are_compared_letter_by_letter_and_plain_slips_are_found_all_the_same() -> None:
    names = [f"page{number % 10}.html" + "x" * (number % 3) for number in range(5000)]
    assert misspelt([*names, "progress.txt"], frozenset()) == (("progress.txt", "progress.md"),)


@given(st.text(max_size=30))
def test_any_name_is_judged(name: str) -> None:
    found = misspelt([name] if is_plausible(name) else [], frozenset())
    assert all(meant in AGENT_FILES for _, meant in found)


@pytest.mark.parametrize("name", AGENT_FILES)
def test_the_protocols_own_names_are_no_slips_of_another(name: str) -> None:
    assert is_plausible(name)
    assert misspelt([name], frozenset({name})) in ((), ((name, name),))
