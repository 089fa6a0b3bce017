"""bench.json keeps the runs by commit, bounded, and says clearly where a file is none of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.bench.figures import Figure
from tests.bench.runs import KEPT, SCHEMA, BadRuns, Run, Runs, append, commit, kept, read


def a_run(commit: str, *figures: Figure) -> Run:
    return Run(commit, "2026-02-28T09:41:00+00:00", {"cores": 2, "load": 0.5}, ("--quick",), figures)


def git(tree: Path, *words: str) -> str:
    own = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", "-C", tree, *named, *words], env=own, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_run_is_added_to_those_before_it_with_all_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    append(path, kept(path), a_run("aaa"))
    append(path, kept(path), a_run("bbb", Figure.of("keys", [1.0, 2.0], "ms", 3.0, reason="None.")))
    found = read(path).runs
    assert [run.commit for run in found] == ["aaa", "bbb"]
    assert found[1].figures[0].ours == (1.0, 2.0)


def test_the_oldest_run_goes_where_there_are_too_many(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    full = Runs(SCHEMA, tuple(a_run(f"c{number}") for number in range(KEPT)))
    append(path, full, a_run("newest"))
    found = [run.commit for run in read(path).runs]
    assert (len(found), found[0], found[-1]) == (KEPT, "c1", "newest")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"schema": 1, "runs": [', "damaged"),
        (b'{"machine": {}, "figures": []}', "no file of the bench"),
        (b'{"schema": 2, "runs": []}', "schema"),
        (b"[1, 2]", "no file of the bench"),
        (b"\xff\xfe", "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_and_kept(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "bench.json"
    path.write_bytes(data)
    with pytest.raises(BadRuns, match=said) as caught:
        kept(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == data


def test_a_missing_file_is_named_where_one_is_read_and_is_empty_where_one_is_begun(tmp_path: Path) -> None:
    with pytest.raises(BadRuns, match=r"none\.json: there is no such file"):
        read(tmp_path / "none.json")
    assert kept(tmp_path / "none.json").runs == ()


def test_a_directory_and_a_link_to_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    for name in ("", "link"):
        with pytest.raises(BadRuns):
            kept(tmp_path / name)


def test_a_changed_tree_is_told_from_its_commit_and_a_tree_without_git_has_none(tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
    git(tmp_path, "init", "-q")
    (tmp_path / "page").write_text("one")
    git(tmp_path, "add", "."), git(tmp_path, "commit", "-qm", "One page")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert commit(tmp_path) == head
    (tmp_path / "new").write_text("not in git")
    assert commit(tmp_path) == head + "+"
