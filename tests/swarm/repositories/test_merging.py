"""A merge is clean and whole, or refused with the reason and nothing changed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.errors import Busy, Code, Refused, SwarmError
from swarm.model.repository import Worktree
from swarm.repositories import worktree
from swarm.repositories.changes import changes_of
from swarm.repositories.find import locate
from swarm.repositories.merging import Merged, is_merged, merge
from tests.support.repositories import Repo, home_of


class Work:
    """A repository, a home, and a worktree with one commit in it."""

    def __init__(self, root: Path) -> None:
        self.repo, self.layout = Repo(root / "repo"), home_of(root / "home")
        self.worktree = self.made("one")
        self.path = self.layout.root / self.worktree.path
        self.repo.write("work.py", "1\n", at=self.path)
        self.repo.commit("work", at=self.path)

    def made(self, name: str, ref: str = "") -> Worktree:
        """Another worktree."""
        found = locate(self.repo.path, ref or ".")
        made = Worktree(
            str(found.common), f"swarm/worktrees/{name}", f"swarm/{name}", found.base, found.into, found.checkout
        )
        worktree.make(self.layout, made, f"genesis-01/{name}")
        return made

    def merge(self, **more: object) -> Merged:
        """Merges it."""
        return merge(self.layout, self.worktree, "genesis-01/one", **more)  # type: ignore[arg-type]

    def refs(self) -> str:
        """Where every branch stands, and what the checkout and the worktree hold beside."""
        status = [self.repo.git("status", "--porcelain", at=at) for at in (self.repo.path, self.path)]
        return "\n".join((self.repo.git("for-each-ref"), *status))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def test_a_branch_that_is_ahead_moves_the_checkout_forward(work: Work) -> None:
    merged = work.merge()
    assert (merged.branch, merged.into, merged.files, merged.already) == ("swarm/one", "main", 1, False)
    assert (work.repo.path / "work.py").exists()
    assert work.repo.git("status", "--porcelain") == ""
    assert work.repo.git("rev-parse", "main") == merged.commit == work.repo.git("rev-parse", "swarm/one")
    assert is_merged(work.worktree)
    assert changes_of(work.layout, work.worktree).files == ()
    assert work.merge().already


def test_branches_that_have_parted_get_a_merge_that_names_the_agent(work: Work) -> None:
    work.repo.write("theirs.py", "1\n")
    work.repo.commit("theirs")
    merged = work.merge()
    assert work.repo.git("log", "-1", "--format=%s", "main") == "Merge branch 'swarm/one' into main"
    assert "genesis-01/one" in work.repo.git("log", "-1", "--format=%b", "main")
    assert len(work.repo.git("rev-parse", f"{merged.commit}^@").splitlines()) == 2
    assert (work.repo.path / "work.py").exists()
    assert (work.repo.path / "theirs.py").exists()


def test_a_branch_that_is_not_checked_out_moves_without_a_checkout(work: Work) -> None:
    work.repo.git("checkout", "--quiet", "-b", "elsewhere")
    work.merge()
    assert work.repo.git("show", "main:work.py") == "1"
    assert not (work.repo.path / "work.py").exists()


def test_another_branch_can_be_named(work: Work) -> None:
    work.repo.git("branch", "next")
    assert work.merge(into="next").into == "next"
    assert work.repo.git("rev-parse", "next") != work.repo.git("rev-parse", "main")
    assert not is_merged(work.worktree)


def test_a_dirty_checkout_keeps_what_it_has_in_other_files(work: Work) -> None:
    work.repo.write("readme.md", "mine\n")
    work.repo.write("new.txt", "mine\n")
    work.merge()
    assert (work.repo.path / "readme.md").read_text() == "mine\n"
    assert (work.repo.path / "work.py").exists()


def test_what_is_not_committed_is_committed_on_the_way_where_that_is_asked_for(work: Work) -> None:
    work.repo.write("work.py", "2\n", at=work.path)
    work.repo.write("loose.py", "1\n", at=work.path)
    work.repo.write(".gitignore", "*.log\n", at=work.path)
    work.repo.write("noise.log", "1\n", at=work.path)
    merged = work.merge(message="the rest")
    assert merged.committed == 3
    assert work.repo.git("log", "-1", "--format=%s", "swarm/one") == "the rest"
    assert work.repo.git("status", "--porcelain", at=work.path) == ""
    assert work.repo.git("show", "main:loose.py") == "1"
    assert not (work.repo.path / "noise.log").exists()


def conflict(work: Work) -> None:
    work.repo.write("work.py", "other\n")
    work.repo.commit("the same file")


def dirty_checkout(work: Work) -> None:
    work.repo.write("work.py", "not committed\n")


def loose_work(work: Work) -> None:
    work.repo.write("loose.py", "1\n", at=work.path)


def other_branch(work: Work) -> None:
    work.repo.git("switch", "--quiet", "-c", "swarm/other", at=work.path)


def detached(work: Work) -> None:
    work.repo.git("switch", "--quiet", "--detach", at=work.path)


def no_target(work: Work) -> None:
    work.repo.git("checkout", "--quiet", "-b", "else")
    work.repo.git("branch", "--quiet", "-D", "main")


def unfinished_merge(work: Work) -> None:
    work.repo.git("checkout", "--quiet", "-b", "theirs")
    work.repo.write("readme.md", "theirs\n")
    work.repo.commit("theirs")
    work.repo.git("checkout", "--quiet", "main")
    work.repo.write("readme.md", "ours\n")
    work.repo.commit("ours")
    work.repo.git("merge", "theirs", check=False)


@pytest.mark.parametrize(
    ("trouble", "code", "says"),
    [
        (conflict, Code.CONFLICT, "same lines: work.py"),
        (dirty_checkout, Code.UNCOMMITTED, "same files: work.py"),
        (loose_work, Code.UNCOMMITTED, "not committed: loose.py"),
        (other_branch, Code.REPOSITORY, "stands on 'swarm/other'"),
        (detached, Code.REPOSITORY, "on no branch"),
        (no_target, Code.REPOSITORY, "no branch 'main'"),
        (unfinished_merge, Code.GIT, "cannot be moved"),
    ],
)
def test_what_is_not_clean_is_refused_and_nothing_changes(
    work: Work, trouble: Callable[[Work], None], code: Code, says: str
) -> None:
    trouble(work)
    before = work.refs()
    with pytest.raises(SwarmError, match=says) as refused:
        work.merge()
    assert refused.value.code is code
    assert work.refs() == before


def test_a_conflict_with_uncommitted_work_leaves_that_uncommitted(work: Work) -> None:
    conflict(work)
    loose_work(work)
    before = work.refs()
    with pytest.raises(Refused, match="same lines"):
        work.merge(message="the rest")
    assert work.refs() == before


def test_a_locked_index_is_busy(work: Work) -> None:
    work.repo.write(".git/index.lock", "")
    before = work.repo.git("for-each-ref")
    with pytest.raises(Busy, match="Another git works"):
        work.merge()
    assert work.repo.git("for-each-ref") == before


def test_what_it_does_not_own_is_not_merged(work: Work) -> None:
    work.repo.write("src/api.py", "1\n", at=work.path)
    work.repo.commit("api", at=work.path)
    with pytest.raises(Refused, match=r"does not own: work\.py") as refused:
        work.merge(owned=("src",))
    assert refused.value.code is Code.OWNS
    assert work.merge(owned=("src", "work.py")).files == 2


def test_a_worktree_made_from_a_commit_needs_a_branch_to_go_into(work: Work) -> None:
    work.repo.git("tag", "v1")
    tagged = work.made("two", "@v1")
    with pytest.raises(Refused, match="into which branch"):
        merge(work.layout, tagged, "genesis-01/two")
    with pytest.raises(Refused, match="its own branch"):
        merge(work.layout, tagged, "genesis-01/two", into="swarm/two")


def test_the_commits_of_a_worktree_that_was_removed_by_hand_are_merged_from_its_branch(work: Work) -> None:
    work.path.rename(work.path.with_name("elsewhere"))
    assert work.merge().files == 1


def test_hooks_of_the_repository_are_not_run(work: Work, tmp_path: Path) -> None:
    hook = work.repo.write(".git/hooks/post-merge", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    work.merge()
    assert not (tmp_path / "ran").exists()


def test_a_branch_of_another_worktree_is_moved_with_its_files(work: Work) -> None:
    lead = work.made("lead")
    helper = work.made("lead.helper", "@swarm/lead")
    path = work.layout.root / helper.path
    work.repo.write("helped.py", "1\n", at=path)
    work.repo.commit("helped", at=path)
    merge(work.layout, helper, "genesis-01/lead/helper")
    assert (work.layout.root / lead.path / "helped.py").exists()
    assert work.repo.git("status", "--porcelain", at=work.layout.root / lead.path) == ""


def test_a_git_that_is_too_old_for_a_merge_says_so_and_still_moves_a_branch_forward(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    script = f"""#!/bin/sh
for word in "$@"; do [ "$word" = version ] && echo "git version 2.34.1" && exit; done
exec {real} "$@"
"""
    shim.write_text(script)
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(shim.parent), prepend=os.pathsep)
    work.repo.write("theirs.py", "1\n")
    work.repo.commit("theirs")
    before = work.refs()
    with pytest.raises(Refused, match=r"git 2\.34\.1 cannot merge without a checkout"):
        work.merge()
    assert work.refs() == before
    work.repo.git("merge", "--quiet", "main", at=work.path)
    assert work.merge().files == 1
