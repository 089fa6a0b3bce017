"""diff, merge and the removal of worktrees: by the operator and by parents, in the audit log, never with a loss."""

from pathlib import Path

import pytest

from swarm.errors import Code, Refused, SwarmError
from swarm.ledger.state import without
from tests.support.homes import LiveHome
from tests.support.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def worked(home: LiveHome, repo: Repo, agent: str = "one", **more: object) -> Path:
    """An agent that has committed something and has ended."""
    home.spawn(agent, "true", worktree=str(repo.path), **more)
    home.wait_until_ended(agent)
    home.swarm.settle()
    repo.write(f"{agent}.py", "1\n", at=home.worktree(agent))
    repo.commit("work", at=home.worktree(agent))
    return home.worktree(agent)


def test_a_diff_has_what_is_committed_and_what_is_not(live_home: LiveHome, repo: Repo) -> None:
    path = worked(live_home, repo)
    repo.write("loose.py", "2\n", at=path)
    report = live_home.swarm.diff("one")
    assert [file.path for file in report.changes.files] == ["loose.py", "one.py"]
    assert "+++ b/one.py" in report.text
    assert "+++ b/loose.py" in report.text
    assert "2 files changed" in live_home.swarm.diff("one", stat=True).text


def test_the_operator_merges_and_the_worktree_goes_where_that_is_asked_for(live_home: LiveHome, repo: Repo) -> None:
    path = worked(live_home, repo)
    report = live_home.swarm.merge("one", remove=True)
    assert (report.into, report.files, report.removed) == ("main", 1, True)
    assert (repo.path / "one.py").exists()
    assert not path.exists()
    assert repo.branches() == ["main"]
    assert live_home.lines("merge") == [("merge", "genesis-01/one", True, "")]
    assert live_home.swarm.worktrees() == ()


def test_a_refused_merge_is_in_the_audit_log_and_removes_nothing(live_home: LiveHome, repo: Repo) -> None:
    path = worked(live_home, repo)
    repo.write("one.py", "other\n")
    repo.commit("the same file")
    with pytest.raises(Refused) as refused:
        live_home.swarm.merge("one", remove=True)
    assert refused.value.code is Code.CONFLICT
    assert path.exists()
    assert live_home.lines("merge") == [("merge", "genesis-01/one", False, "conflict")]


def test_a_parent_merges_its_childs_work_into_its_own_branch_and_nobody_elses(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("lead", worktree=str(repo.path), slots=2)
    lead = live_home.open(live_home.actor("lead"))
    lead.spawn(live_home.request("helper", "true", worktree="."))
    live_home.wait_until_ended("lead/helper")
    repo.write("helped.py", "1\n", at=live_home.worktree("lead/helper"))
    repo.commit("help", at=live_home.worktree("lead/helper"))
    assert "helped.py" in lead.diff("helper").text
    assert lead.merge("helper").into == "swarm/lead"
    assert (live_home.worktree("lead") / "helped.py").exists()
    assert not (repo.path / "helped.py").exists()
    worked(live_home, repo, "other")
    for act in (lead.diff, lead.merge):
        with pytest.raises(SwarmError):
            act("genesis-01/other")
    with pytest.raises(Refused) as refused:
        lead.remove_worktree("genesis-01/other")
    assert refused.value.code is Code.HIERARCHY


def test_what_lies_outside_of_what_it_owns_is_not_merged(live_home: LiveHome, repo: Repo) -> None:
    worked(live_home, repo, owns=("src",))
    with pytest.raises(Refused) as refused:
        live_home.swarm.merge("one")
    assert refused.value.code is Code.OWNS


def test_a_living_agents_commits_can_be_merged_but_not_committed_or_removed_for_it(
    live_home: LiveHome, repo: Repo
) -> None:
    live_home.spawn("one", worktree=str(repo.path))
    repo.write("one.py", "1\n", at=live_home.worktree("one"))
    repo.commit("work", at=live_home.worktree("one"))
    for more in ({"remove": True}, {"message": "rest"}):
        with pytest.raises(Refused, match="still works there"):
            live_home.swarm.merge("one", **more)
    with pytest.raises(Refused, match="still works there"):
        live_home.swarm.remove_worktree("one")
    assert live_home.swarm.merge("one").files == 1


def test_only_what_holds_nothing_uncommitted_is_removed_and_unmerged_commits_keep_their_branch(
    live_home: LiveHome, repo: Repo
) -> None:
    path = worked(live_home, repo)
    repo.write("loose.py", "1\n", at=path)
    with pytest.raises(Refused) as refused:
        live_home.swarm.remove_worktree("one")
    assert refused.value.code is Code.UNCOMMITTED
    (path / "loose.py").unlink()
    assert live_home.swarm.remove_worktree("one") == "swarm/one"
    assert not path.exists()
    assert repo.branches() == ["main", "swarm/one"]


def test_uncommitted_work_is_lost_only_by_its_whole_name(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("lead", slots=2)
    live_home.open(live_home.actor("lead")).spawn(live_home.request("one", "true", worktree=str(repo.path)))
    live_home.wait_until_ended("lead/one")
    live_home.swarm.settle()
    path = live_home.worktree("lead/one")
    repo.write("loose.py", "1\n", at=path)
    with pytest.raises(Refused, match="named in full"):
        live_home.swarm.remove_worktree("one", discard=True)
    assert (path / "loose.py").exists()
    live_home.swarm.remove_worktree("lead.one", discard=True)
    assert not path.exists()


def test_worktrees_are_listed_with_whose_they_are_and_what_no_agent_has_too(live_home: LiveHome, repo: Repo) -> None:
    worked(live_home, repo)
    (live_home.layout.worktrees / "left-over").mkdir()
    rows = {row.name: row for row in live_home.swarm.worktrees()}
    assert (rows["one"].agent, rows["one"].live, rows["one"].merged) == ("genesis-01/one", False, False)
    assert len(rows["one"].changes.files) == 1
    assert rows["left-over"].agent == ""
    topics = [(finding.topic, finding.level) for finding in live_home.swarm.doctor() if finding.topic == "worktrees"]
    assert len(topics) == 2


def test_an_agent_without_a_worktree_has_neither_diff_nor_merge(live_home: LiveHome) -> None:
    live_home.spawn("one")
    for act in (live_home.swarm.diff, live_home.swarm.merge):
        with pytest.raises(Refused, match="has no worktree"):
            act("one")


def test_commits_that_are_on_no_branch_are_no_less_work_than_what_is_not_committed(
    live_home: LiveHome, repo: Repo
) -> None:
    path = worked(live_home, repo)
    live_home.swarm.merge("one")
    repo.git("switch", "--quiet", "--detach", at=path)
    repo.write("more.py", "1", at=path)
    repo.commit("on no branch", at=path)
    with pytest.raises(Refused, match="1 commit that are on no branch"):
        live_home.swarm.remove_worktree("one")
    assert live_home.swarm.prune_worktrees() == ()
    assert (path / "more.py").exists()


def test_all_that_hold_nothing_are_pruned_also_those_that_the_ledger_has_forgotten(
    live_home: LiveHome, repo: Repo
) -> None:
    worked(live_home, repo, "merged")
    live_home.swarm.merge("merged")
    kept = worked(live_home, repo, "unmerged")
    live_home.spawn("runs", worktree=str(repo.path))
    live_home.spawn("idle", "true", worktree=str(repo.path))
    live_home.wait_until_ended("idle")
    live_home.swarm.settle()
    live_home.home.ledger.commit(lambda state: without(state, live_home.id("merged")), purpose="forget it")

    assert live_home.swarm.prune_worktrees() == ("idle", "merged")

    assert kept.is_dir()
    assert live_home.worktree("runs").is_dir()
    assert repo.branches() == ["main", "swarm/runs", "swarm/unmerged"]
    assert live_home.swarm.prune_worktrees() == ()
