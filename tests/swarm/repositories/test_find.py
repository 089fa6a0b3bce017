"""`REPO[@REF]` finds the repository that is meant, or says what is wrong."""

from pathlib import Path

import pytest

from swarm.errors import Code, Refused
from swarm.repositories.find import free_name, locate
from tests.support.repositories import Repo


def test_a_directory_of_the_repository_means_it_and_its_checked_out_branch(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "a project")
    repo.write("src/one.py", "1\n")
    tip = repo.commit("more")
    found = locate(tmp_path, "a project/src")
    assert (found.common, found.checkout) == (repo.path / ".git", str(repo.path))
    assert (found.base, found.into) == (tip, "main")


def test_a_home_in_a_repository_means_that_one(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    (tmp_path / "home").mkdir()
    assert locate(tmp_path / "home", ".").common == repo.path / ".git"


def test_a_branch_is_what_it_is_merged_into_and_a_commit_is_nothing_of_the_kind(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    tip = repo.git("rev-parse", "HEAD")
    repo.git("branch", "next")
    repo.git("tag", "v1")
    assert locate(tmp_path, "@next").into == "next"
    assert locate(tmp_path, "@v1").into == ""
    assert locate(tmp_path, f"{tmp_path}@{tip[:9]}").base == tip


def test_an_at_sign_in_a_name_belongs_to_the_directory_or_to_the_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "me@work")
    repo.write("more", "")
    repo.commit("more")
    assert locate(tmp_path, "me@work").into == "main"
    assert locate(tmp_path, "me@work@HEAD@{1}").base == repo.git("rev-parse", "HEAD~1")


def test_a_detached_head_is_a_commit_without_a_branch(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("checkout", "--quiet", "--detach")
    assert locate(tmp_path, ".").into == ""


def test_a_bare_repository_has_no_checkout(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "work")
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    found = locate(tmp_path, "bare.git")
    assert (found.common, found.checkout, found.into) == (tmp_path / "bare.git", "", "main")


def test_a_submodule_is_a_repository_of_its_own(tmp_path: Path) -> None:
    inner, outer = Repo(tmp_path / "inner"), Repo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    found = locate(tmp_path, "outer/sub")
    assert found.common == outer.path / ".git" / "modules" / "sub"
    assert found.checkout == str(outer.path / "sub")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("nowhere", "no directory"),
        (".@nowhere", "no commit"),
        (".@--upload-pack=touch", "dash"),
        ("a\nb", "names no repository"),
        ("\0", "names no repository"),
    ],
)
def test_what_names_nothing_is_refused_with_what_to_do(tmp_path: Path, words: str, says: str) -> None:
    Repo(tmp_path)
    with pytest.raises(Refused, match=says) as refused:
        locate(tmp_path, words)
    assert refused.value.code is Code.REPOSITORY


def test_a_directory_outside_of_any_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))  # places that the environment names do not count
    monkeypatch.setenv("GIT_DIR", str(Repo(tmp_path / "other").path / ".git"))
    (tmp_path / "plain").mkdir()
    with pytest.raises(Refused, match="not a git repository"):
        locate(tmp_path, "plain")


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    Repo(tmp_path, empty=True)
    with pytest.raises(Refused, match="no commit yet"):
        locate(tmp_path, ".")


def test_without_git_the_refusal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repo(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="git is not on PATH"):
        locate(tmp_path, ".")


def test_names_follow_the_hierarchy_and_are_never_given_twice(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    found, place = locate(tmp_path, "repo"), tmp_path / "worktrees"
    assert free_name(found, "genesis-01/idea-a/worker-1", "genesis-01", place) == "idea-a.worker-1"
    repo.git("branch", "swarm/idea-a.worker-1")
    (place / "idea-a.worker-1-2").mkdir(parents=True)
    (found.common / "worktrees" / "idea-a.worker-1-3").mkdir(parents=True)
    assert free_name(found, "genesis-01/idea-a/worker-1", "genesis-01", place) == "idea-a.worker-1-4"
    assert free_name(found, "genesis-01/a..b.lock", "genesis-01", place) == "a.b"
