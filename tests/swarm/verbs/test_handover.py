"""handover: an ended agent's work becomes a branch that git can check out, or goes on with another agent."""

from pathlib import Path

import pytest

from swarm.errors import Code, NotFound, Refused, SwarmError, UsageError
from swarm.protocol import inbox
from tests.support.homes import LiveHome
from tests.support.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def worked(home: LiveHome, repo: Repo, agent: str = "one", **more: object) -> Path:
    """An agent that has committed one file, left another, and has ended."""
    home.spawn(agent, "true", worktree=str(repo.path), **more)
    home.wait_until_ended(agent)
    home.swarm.settle()
    path = home.worktree(agent)
    repo.write(f"{agent}.py", "1\n", at=path)
    repo.commit("work", at=path)
    repo.write("loose.py", "1\n", at=path)
    return path


@pytest.mark.parametrize("name", ["", "feature/paging"])
def test_its_work_is_a_branch_that_git_checks_out(live_home: LiveHome, repo: Repo, name: str) -> None:
    path = worked(live_home, repo)

    left = live_home.swarm.handover("one", name=name, message="the rest")

    assert (left.branch, left.commits, left.committed) == (name or "swarm/one", 2, 1)
    assert not path.exists()
    assert repo.branches() == sorted(["main", left.branch])
    repo.git("switch", "--quiet", left.branch)
    assert repo.git("log", "--format=%s").splitlines() == ["the rest", "work", "begin"]
    assert repo.git("rev-parse", "HEAD") == left.commit
    assert live_home.lines("handover") == [("handover", live_home.id("one"), True, "")]


def test_a_branch_that_was_handed_over_is_nothing_that_doctor_worries_about(live_home: LiveHome, repo: Repo) -> None:
    worked(live_home, repo)
    assert [each for each in live_home.swarm.doctor() if "worktree is left" in each.text]
    live_home.swarm.handover("one", message="the rest")
    assert not [each for each in live_home.swarm.doctor() if each.topic == "worktrees"]
    (row,) = live_home.swarm.worktrees()
    assert row.changes.why.endswith("is on the branch swarm/one")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "holds work that is not committed: loose.py"),
        ({"message": "m", "name": "main"}, "a branch 'main' already"),
        ({"message": "m", "name": "-x"}, "no name for a branch"),
        ({"message": "m", "name": "a..b"}, "no name for a branch"),
        ({"message": "m", "name": "swarm"}, "cannot be made"),
        ({"message": "m", "name": "x", "to": "two"}, "Leave out --to or --as"),
        ({"message": "m", "to": "one"}, "It is the same agent"),
        ({"message": "m", "to": "elsewhere"}, "works in another repository"),
        ({"message": "m", "to": "bare"}, "has no worktree"),
        ({"message": "m", "to": "nobody"}, "nobody"),
    ],
    ids=str,
)
def test_what_is_not_clean_is_refused_and_nothing_has_changed(
    live_home: LiveHome, repo: Repo, tmp_path: Path, asked: dict[str, str], says: str
) -> None:
    path = worked(live_home, repo)
    live_home.spawn("elsewhere", worktree=str(Repo(tmp_path / "other").path))
    live_home.spawn("bare")
    before = repo.git("rev-parse", "swarm/one")
    with pytest.raises((Refused, UsageError, NotFound, SwarmError), match=says):
        live_home.swarm.handover("one", **asked)
    assert (path / "loose.py").exists()
    assert repo.git("rev-parse", "swarm/one") == before
    assert repo.branches() == ["main", "swarm/one"]
    assert repo.git("status", "--porcelain", at=path) == "?? loose.py"


def test_a_living_agent_and_one_without_a_commit_have_nothing_to_hand_over(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("one", worktree=str(repo.path))
    with pytest.raises(Refused) as refused:
        live_home.swarm.handover("one")
    assert refused.value.code is Code.EXISTS
    live_home.swarm.kill(["one"])
    with pytest.raises(Refused, match="no commit of its own"):
        live_home.swarm.handover("one")


def test_another_agent_goes_on_with_it_in_its_own_worktree_and_is_told(live_home: LiveHome, repo: Repo) -> None:
    path = worked(live_home, repo)
    live_home.spawn("two", worktree=str(repo.path))

    done = live_home.swarm.handover("one", to="two", message="the rest")

    assert (done.to, done.branch, done.files) == (live_home.id("two"), "swarm/two", 2)
    assert (live_home.worktree("two") / "one.py").exists()
    assert (live_home.worktree("two") / "loose.py").exists()
    assert not path.exists()
    assert repo.branches() == ["main", "swarm/two"]
    ((_, told),) = inbox.undelivered(live_home.agent("two"))[0]
    assert "The work of genesis-01/one (swarm/one) was merged into your branch swarm/two" in told


def test_a_conflict_with_the_other_agent_leaves_both_as_they_were(live_home: LiveHome, repo: Repo) -> None:
    path = worked(live_home, repo)
    live_home.spawn("two", worktree=str(repo.path))
    repo.write("one.py", "2\n", at=live_home.worktree("two"))
    repo.commit("mine", at=live_home.worktree("two"))
    with pytest.raises(Refused) as refused:
        live_home.swarm.handover("one", to="two", message="the rest")
    assert refused.value.code is Code.CONFLICT
    assert (path / "loose.py").exists()
    assert (live_home.worktree("two") / "one.py").read_text() == "2\n"


def test_a_parent_hands_over_between_its_children_and_to_itself_and_to_nobody_else(
    live_home: LiveHome, repo: Repo
) -> None:
    live_home.spawn("lead", worktree=str(repo.path), slots=4)
    live_home.spawn("other", worktree=str(repo.path))
    lead = live_home.open(live_home.actor("lead"))
    for child in ("one", "two", "three"):
        lead.spawn(live_home.request(child, "true", worktree="."))
        live_home.wait_until_ended(f"lead/{child}")
        lead.settle()
        repo.write(f"{child}.py", "1", at=live_home.worktree(f"lead/{child}"))
        repo.commit(child, at=live_home.worktree(f"lead/{child}"))
    with pytest.raises(Refused) as refused:
        lead.handover("lead/one", to="other")
    assert refused.value.code is Code.HIERARCHY

    lead.handover("lead/one", to="lead/two")
    lead.handover("lead/two", to="lead")
    left = lead.handover("lead/three")

    assert {each.name for each in live_home.worktree("lead").glob("*.py")} == {"one.py", "two.py"}
    assert left.branch == "swarm/lead.three"
    assert repo.branches() == ["main", "swarm/lead", "swarm/lead.three", "swarm/other"]
