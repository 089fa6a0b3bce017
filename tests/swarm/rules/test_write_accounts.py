"""Who wrote a file, by counting: exact where one agent's bytes fit, silent where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.writes import Account, FileWrite
from swarm.rules.write_accounts import count

PAGE, MINE, THEIRS = FileWrite("docs/page.md", (12, 400)), FileWrite("b/out", (30,)), FileWrite("docs/own.md", (7, 90))
OWNERS = {PAGE.path: "a", THEIRS.path: "a", MINE.path: "b"}


def writers(accounts: list[Account], writes: tuple[FileWrite, ...] = (PAGE, MINE, THEIRS)) -> dict[str, set[str]]:
    return {path: set(agents) for path, agents in count(writes, accounts, OWNERS).writers.items()}


@pytest.mark.parametrize(
    "accounts",
    [
        [Account("a", 7), Account("b", 42)],  # its own file, and the page
        [Account("a", 7), Account("b", 142, told=100)],  # what it printed is known
        [Account("a", 7), Account("b", 42), Account("c", 5000)],  # a builder beside them
    ],
)
def test_whose_bytes_fit_wrote_it(accounts: list[Account]) -> None:
    assert writers(accounts) == {PAGE.path: {"b"}}


@pytest.mark.parametrize(
    "accounts",
    [
        [Account("a", 19), Account("b", 30)],  # everybody wrote its own
        [Account("a", 19), Account("b", 42)],  # its owner wrote it; what b wrote beside that is not known
        [Account("a", 7), Account("b", 30)],  # the operator wrote it
        [Account("a", 7), Account("b", 30), Account("c", 5000)],
        [Account("a", 7), Account("b", 42), Account("c", 12)],  # it could have been either
        [Account("a", 7), Account("b", 42, suspect=False)],  # a box holds it
        [Account("a", 7), Account("b", 42, sound=False)],  # a builder, whose bytes fit by chance
        [Account("a", 3000), Account("b", 42)],  # its owner's books do not agree
        [Account("a", 7, sound=False), Account("b", 42)],  # or never say anything
        [Account("b", 42)],  # or are not there
    ],
)
def test_what_is_not_clear_accuses_nobody(accounts: list[Account]) -> None:
    assert writers(accounts) == {}


def test_a_file_that_its_owner_and_another_added_to_at_once_is_told_apart() -> None:
    shared = FileWrite(PAGE.path, (20, 400))
    assert writers([Account("a", 8), Account("b", 12)], (shared,)) == {PAGE.path: {"b"}}


def test_two_that_add_to_one_file_of_nobodys_are_both_named() -> None:
    notes = FileWrite("notes.md", (20, 400))
    assert writers([Account("a", 8), Account("b", 12), Account("c", 0)], (notes,)) == {"notes.md": {"a", "b"}}


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 10_000)), max_size=6),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 5000)),
)
def test_who_wrote_only_its_own_files_is_never_named(own: list[tuple[str, int]], told: dict[str, int]) -> None:
    """Whatever else happens: the operator's writes, and those of an agent that nothing is known of."""
    writes = [FileWrite(f"{agent}/{number}", (size,)) for number, (agent, size) in enumerate(own)]
    owners = {each.path: agent for each, (agent, _) in zip(writes, own, strict=True)}
    wrote = {agent: sum(size for each, size in own if each == agent) for agent in "abc"}
    accounts = [Account(agent, wrote[agent] + told.get(agent, 0), told.get(agent, 0)) for agent in "abc"]
    strange = [FileWrite("docs/x", (17, 900)), FileWrite("y", (4,)), FileWrite("gone", ())]
    books = count([*writes, *strange], [*accounts, Account("noise", 77)], {**owners, "docs/x": "a"})
    assert {agent for agents in books.writers.values() for agent in agents} <= {"noise"}
