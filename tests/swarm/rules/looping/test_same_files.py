"""Two agents on one file of one repository are seen, with the file and each other's name."""

from swarm.model.repository import ChangedFile, Changes, Worktree
from swarm.rules.looping.same_files import Work, same_files


def work(name: str, *paths: str, common: str = "/repo/.git") -> Work:
    tree = Worktree(common, f"swarm/worktrees/{name}", f"swarm/{name}", "0" * 40, "main")
    return Work(tree, Changes(tuple(ChangedFile(path) for path in paths)))


def test_both_are_told_of_the_file_and_the_other() -> None:
    said = same_files({"r/one": work("one", "a.py", "b.py"), "r/two": work("two", "b.py")})
    assert said == {
        "r/one": ("b.py is also changed by r/two (branch swarm/two)",),
        "r/two": ("b.py is also changed by r/one (branch swarm/one)",),
    }


def test_many_files_are_counted_and_each_other_agent_gets_a_sentence() -> None:
    paths = ("a", "b", "c", "d", "e")
    said = same_files({"one": work("one", *paths), "two": work("two", *paths), "three": work("three", "a")})
    assert said["one"] == (
        "a is also changed by three (branch swarm/three)",
        "a, b, c and 2 more are also changed by two (branch swarm/two)",
    )


def test_other_files_and_other_repositories_are_no_matter() -> None:
    assert same_files({"one": work("one", "a"), "two": work("two", "b")}) == {}
    assert same_files({"one": work("one", "a"), "two": work("two", "a", common="/other/.git")}) == {}


def test_names_of_files_are_made_safe() -> None:
    said = same_files({"one": work("one", "a\x1b[2J\n"), "two": work("two", "a\x1b[2J\n")})
    assert said["one"][0].isprintable()
