"""A worktree is made whole or not at all, goes on after everything, and is removed only where it holds no work."""

from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.model.repository import Worktree
from swarm.protocol.paths import Layout
from swarm.repositories import worktree
from swarm.repositories.changes import changes_of, difference
from swarm.repositories.find import locate
from tests.support.repositories import Repo, home_of


class Made:
    """A home with a repository beside it, and one worktree of that."""

    def __init__(self, root: Path, repo: Repo) -> None:
        self.repo, self.layout = repo, home_of(root / "a home")
        found = locate(root, str(repo.path))
        self.worktree = Worktree(
            str(found.common), "swarm/worktrees/one", "swarm/one", found.base, found.into, found.checkout
        )
        self.path = self.layout.root / self.worktree.path
        assert worktree.make(self.layout, self.worktree, "genesis-01/one")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path, Repo(tmp_path / "repo"))


def test_it_has_the_files_of_its_commit_on_a_branch_of_its_own_and_the_checkout_is_untouched(made: Made) -> None:
    assert (made.path / "readme.md").read_text() == "a readme\n"
    assert made.repo.git("symbolic-ref", "--short", "HEAD", at=made.path) == "swarm/one"
    assert made.repo.git("status", "--porcelain") == ""
    assert changes_of(made.layout, made.worktree).files == ()


def test_hooks_of_the_repository_are_not_run(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    hook = repo.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    Made(tmp_path, repo)
    assert not (tmp_path / "ran").exists()


def test_every_kind_of_change_is_seen_with_its_count_of_lines(made: Made) -> None:
    repo = made.repo
    repo.write("kept.py", "1\n2\n", at=made.path)
    repo.commit("work", at=made.path)
    repo.write("readme.md", "another\nreadme\n", at=made.path)
    repo.write("näw file\n.txt", "x", at=made.path)
    repo.write("binary", "\0\0", at=made.path)
    repo.git("add", "binary", at=made.path)
    seen = changes_of(made.layout, made.worktree)
    assert {file.path: (file.added, file.removed, file.uncommitted) for file in seen.files} == {
        "kept.py": (2, 0, False),
        "readme.md": (2, 1, True),
        "näw file\n.txt": (None, None, True),
        "binary": (None, None, True),
    }
    assert (seen.commits, seen.head, seen.uncommitted, seen.why) == (1, "swarm/one", 3, "")
    shown = difference(made.layout, made.worktree).output.decode()
    assert "+another" in shown
    assert "n\u00e4w file" in shown
    assert "kept.py" in shown
    assert repo.git("status", "--porcelain", at=made.path).count("??") == 1, "its own index is as it was"


def test_what_came_from_the_branch_it_is_merged_into_is_no_change_of_its_own(made: Made) -> None:
    made.repo.write("theirs.py", "1\n")
    made.repo.commit("theirs")
    made.repo.git("merge", "--quiet", "main", at=made.path)
    made.repo.write("mine.py", "1\n", at=made.path)
    assert [file.path for file in changes_of(made.layout, made.worktree).files] == ["mine.py"]


def test_what_an_agent_writes_into_its_git_files_makes_the_engine_run_nothing(made: Made, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    made.repo.git("init", "--quiet", str(evil))
    made.repo.git("config", "core.fsmonitor", f"touch {tmp_path}/ran; false", at=evil)
    made.repo.git("config", "diff.external", f"touch {tmp_path}/ran", at=evil)
    (made.path / ".git").write_text(f"gitdir: {evil}/.git\n")
    made.repo.write("readme.md", "other\n", at=made.path)
    made.repo.write(".gitattributes", "* diff=evil filter=evil\n", at=made.path)
    assert {file.path for file in changes_of(made.layout, made.worktree).files} == {"readme.md", ".gitattributes"}
    assert b"+other" in difference(made.layout, made.worktree).output
    (Path(made.worktree.common) / "worktrees" / "one" / "commondir").write_text(f"{evil}/.git\n")
    assert changes_of(made.layout, made.worktree).why
    assert not (tmp_path / "ran").exists()


def test_a_worktree_goes_on_and_one_removed_by_hand_is_made_again_from_its_branch(made: Made) -> None:
    made.repo.write("work.py", "1\n", at=made.path)
    made.repo.commit("work", at=made.path)
    made.repo.write("loose.py", "1\n", at=made.path)
    assert not worktree.make(made.layout, made.worktree, "genesis-01/one")
    assert (made.path / "loose.py").exists()
    made.path.rename(made.path.with_name("elsewhere"))
    assert "is gone" in changes_of(made.layout, made.worktree).why
    assert not worktree.make(made.layout, made.worktree, "genesis-01/one")
    assert (made.path / "work.py").exists()
    assert not (made.path / "loose.py").exists()


def test_what_holds_no_work_is_taken_away_with_its_branch_and_what_holds_some_stays(made: Made) -> None:
    made.repo.write("loose.py", "1\n", at=made.path)
    assert not worktree.discard_untouched(made.layout, made.worktree)
    (made.path / "loose.py").unlink()
    made.repo.write("work.py", "1\n", at=made.path)
    made.repo.commit("work", at=made.path)
    assert not worktree.discard_untouched(made.layout, made.worktree)
    made.repo.git("reset", "--quiet", "--hard", "main", at=made.path)
    assert worktree.discard_untouched(made.layout, made.worktree)
    assert not made.path.exists()
    assert made.repo.branches() == ["main"]


def test_a_worktree_of_which_only_the_branch_is_left_is_not_taken_for_untouched(made: Made) -> None:
    made.repo.write("work.py", "1\n", at=made.path)
    made.repo.commit("work", at=made.path)
    made.path.rename(made.path.with_name("elsewhere"))
    assert not worktree.discard_untouched(made.layout, made.worktree)
    assert "swarm/one" in made.repo.branches()


def test_what_fails_half_way_leaves_neither_directory_nor_branch(tmp_path: Path) -> None:
    repo, layout = Repo(tmp_path / "repo"), home_of(tmp_path / "home")
    bad = Worktree(str(repo.path / ".git"), "swarm/worktrees/two", "swarm/two", "f" * 40)
    with pytest.raises(SwarmError, match="cannot be made"):
        worktree.make(layout, bad, "genesis-01/two")
    assert repo.branches() == ["main"]
    assert list(layout.worktrees.iterdir()) == []


def test_a_bare_repository_gives_worktrees_too(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "work")
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    bare = Repo.__new__(Repo)
    bare.path = tmp_path / "bare.git"
    made = Made(tmp_path, bare)
    repo.write("new.py", "1\n", at=made.path)
    assert [file.path for file in changes_of(made.layout, made.worktree).files] == ["new.py"]


def test_a_submodule_is_only_compared_by_its_commit(tmp_path: Path) -> None:
    inner, outer = Repo(tmp_path / "inner"), Repo(tmp_path / "repo")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    outer.commit("a submodule")
    made = Made(tmp_path, outer)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", at=made.path)
    outer.write("sub/readme.md", "changed\n", at=made.path)
    seen = changes_of(made.layout, made.worktree)
    assert seen.files == ()
    assert not seen.holds_nothing(made.worktree.branch), "nobody has looked into it"
    assert not worktree.discard_untouched(made.layout, made.worktree)


def test_the_layout_of_a_home_keeps_worktrees_out_of_the_agents(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert not layout.worktrees.is_relative_to(layout.agents)


def test_the_empty_files_that_a_sandbox_shows_for_a_moment_are_no_work(made: Made) -> None:
    for name in (".mcp.json", ".claude/agents", "src/.mcp.json"):
        made.repo.write(name, "", at=made.path)
    made.repo.write(".gitmodules", "[real]\n", at=made.path)
    assert [file.path for file in changes_of(made.layout, made.worktree).files] == [".gitmodules", "src/.mcp.json"]
