"""A scan shows what is changed in worktrees, and which agents change the same file."""

from pathlib import Path

import pytest

from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.snapshot import AgentView
from tests.support.homes import LiveHome
from tests.support.repositories import Repo
from tests.support.wait import wait_for


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def view_of(home: LiveHome, agent: str) -> AgentView:
    view = home.swarm.snapshot().agent(home.id(agent))
    assert view is not None
    return view


def test_what_is_changed_in_a_worktree_is_in_the_view(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("one", worktree=str(repo.path))
    repo.write("new.py", "1", at=live_home.worktree("one"))
    changes = view_of(live_home, "one").changes
    assert changes is not None
    assert ([file.path for file in changes.files], changes.uncommitted, changes.head) == (["new.py"], 1, "swarm/one")
    live_home.spawn("two")
    assert view_of(live_home, "two").changes is None


def test_a_watching_scan_sees_changes_without_waiting_for_git(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("one", worktree=str(repo.path))
    repo.write("new.py", "1", at=live_home.worktree("one"))

    def seen() -> bool:
        view = live_home.swarm.scanner.paced().agent("genesis-01/one")
        return view is not None and view.changes is not None and len(view.changes.files) == 1

    wait_for(seen, "the change in the view")


def test_two_agents_on_one_file_are_a_problem_of_both_and_an_alert(live_home: LiveHome, repo: Repo) -> None:
    for agent in ("one", "two"):
        live_home.spawn(agent, worktree=str(repo.path))
        repo.write("readme.md", agent, at=live_home.worktree(agent))
    repo.commit("mine", at=live_home.worktree("one"))
    problems = [problem for problem in view_of(live_home, "one").problems if problem.code is ProblemCode.SAME_FILE]
    assert [problem.text for problem in problems] == ["readme.md is also changed by genesis-01/two (branch swarm/two)"]
    live_home.swarm.beat(by="test", force=True)
    alerts = [(alert.agent, alert.text) for alert in live_home.state.alerts if alert.cause is AlertCause.SAME_FILE]
    assert sorted(agent for agent, _ in alerts) == ["genesis-01/one", "genesis-01/two"]
    repo.git("checkout", "readme.md", at=live_home.worktree("two"))
    live_home.swarm.beat(by="test", force=True)
    assert [alert for alert in live_home.state.alerts if alert.cause is AlertCause.SAME_FILE] == []


def test_a_worktree_that_is_gone_under_a_living_agent_is_a_problem(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("one", worktree=str(repo.path))
    path = live_home.worktree("one")
    path.rename(path.with_name("elsewhere"))
    assert [problem.code for problem in view_of(live_home, "one").problems] == [ProblemCode.WORKTREE]
    live_home.swarm.kill(["one"])
    assert view_of(live_home, "one").changes is None


def test_an_earlier_run_of_a_respawned_agent_has_no_changes_of_its_own(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("one", "true", worktree=str(repo.path))
    live_home.wait_until_ended("one")
    repo.write("new.py", "1", at=live_home.worktree("one"))
    live_home.swarm.respawn("one")
    assert view_of(live_home, "one").changes is not None
    assert view_of(live_home, "one.1").changes is None
    assert not [each for each in view_of(live_home, "one").problems if each.code is ProblemCode.SAME_FILE]


def test_nothing_is_run_for_what_only_a_file_of_an_agent_names(live_home: LiveHome, repo: Repo, tmp_path: Path) -> None:
    live_home.spawn("one", worktree=str(repo.path))
    repo.write("new.py", "1", at=live_home.worktree("one"))
    repo.write(".gitattributes", "*.md filter=evil\n", at=live_home.worktree("one"))
    repo.write("readme.md", "changed\n", at=live_home.worktree("one"))
    other = Repo(tmp_path / "other")
    other.git("worktree", "add", "--quiet", str(tmp_path / "one"))
    other.git("config", "filter.evil.clean", f"touch {tmp_path}/ran")
    spec = live_home.agent("one").spec
    spec.write_text(spec.read_text().replace(str(repo.path), str(other.path)))
    changes = view_of(live_home, "one").changes
    assert changes is not None
    assert len(changes.files) == 3, "it is looked at where the ledger says that it is"
    assert not (tmp_path / "ran").exists()
