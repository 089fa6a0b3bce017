"""Heartbeats remove worktrees of ended agents that hold nothing, and let stay what may be work."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.model.beat import ActionKind, Beat
from swarm.model.record import Phase
from tests.support.homes import PERIOD, LiveHome
from tests.support.repositories import Repo
from tests.support.services import served

IGNORE = "out/\n__pycache__/\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "a project")
    made.write(".gitignore", IGNORE)
    made.commit("what is ignored")
    return made


def ended(home: LiveHome, repo: Repo, agent: str = "one", **more: object) -> Path:
    """An agent with a worktree that has ended without touching anything in it."""
    home.spawn(agent, "true", worktree=str(repo.path), **more)
    home.wait_until_ended(agent)
    home.swarm.settle()
    return home.worktree(agent)


def beat(home: LiveHome) -> Beat:
    home.clock.advance(PERIOD)
    return home.swarm.beat(by="test", force=True)


def removed(made: Beat) -> list[str]:
    return [each.agent for each in made.actions if each.action is ActionKind.REMOVE_WORKTREE]


def test_what_holds_nothing_is_removed_one_heartbeat_after_the_end(live_home: LiveHome, repo: Repo) -> None:
    path = ended(live_home, repo)
    assert removed(beat(live_home)) == []
    assert path.is_dir()

    assert removed(beat(live_home)) == [live_home.id("one")]

    assert not path.exists()
    assert repo.branches() == ["main"]
    assert "swarm/worktrees" not in repo.git("worktree", "list")
    assert live_home.lines("remove-worktree") == [("remove-worktree", live_home.id("one"), True, "")]
    assert removed(beat(live_home)) == []
    view = live_home.swarm.snapshot().agent(live_home.id("one"))
    assert view is not None
    assert view.problems == ()


def loose(path: Path, _: Repo) -> None:
    (path / "loose.py").write_text("1")


def committed(path: Path, repo: Repo) -> None:
    repo.write("work.py", "1", at=path)
    repo.commit("work", at=path)


def ignored(path: Path, repo: Repo) -> None:
    repo.write("out/table.csv", "1", at=path)


def on_another_branch(path: Path, repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "elsewhere", at=path)


@pytest.mark.parametrize("work", [loose, committed, ignored, on_another_branch], ids=lambda work: work.__name__)
def test_what_may_be_work_stays_and_is_listed(
    live_home: LiveHome, repo: Repo, work: Callable[[Path, Repo], None]
) -> None:
    path = ended(live_home, repo)
    work(path, repo)
    for _ in range(3):
        assert removed(beat(live_home)) == []
    assert path.is_dir()
    assert [row.agent for row in live_home.swarm.worktrees()] == [live_home.id("one")]


def test_caches_of_tools_are_no_work_and_neither_is_what_was_merged(live_home: LiveHome, repo: Repo) -> None:
    path = ended(live_home, repo)
    repo.write("pkg/__pycache__/a.pyc", "1", at=path)
    committed(path, repo)
    live_home.swarm.merge("one")
    beat(live_home)
    assert removed(beat(live_home)) == [live_home.id("one")]
    assert (repo.path / "work.py").exists()
    assert repo.branches() == ["main"]


def test_a_branch_that_others_are_merged_into_stays_until_they_are(live_home: LiveHome, repo: Repo) -> None:
    live_home.spawn("lead", worktree=str(repo.path), slots=2)
    live_home.open(live_home.actor("lead")).spawn(live_home.request("helper", worktree="."))
    committed(live_home.worktree("lead/helper"), repo)
    live_home.swarm.kill(["lead"])
    for _ in range(3):
        assert removed(beat(live_home)) == []

    live_home.swarm.merge("lead/helper", remove=True)
    beat(live_home)

    assert (live_home.worktree("lead") / "work.py").exists(), "the lead has the work now, and it is merged nowhere"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts a process as a service does")
def test_a_worktree_that_somebody_works_in_stays(live_home: LiveHome, repo: Repo, tmp_path: Path) -> None:
    path = ended(live_home, repo)
    beat(live_home)
    with served(path, "editor") as editor:
        made = beat(live_home)
        assert removed(made) == []
        assert [each.reason for each in made.actions if each.action is ActionKind.SPARE] == [
            f"pid {editor.pid} works in its worktree"
        ]
        assert path.is_dir()
    assert removed(beat(live_home)) == [live_home.id("one")]


def test_one_that_is_unticked_in_the_rehearsal_stays(live_home: LiveHome, repo: Repo) -> None:
    path = ended(live_home, repo)
    beat(live_home)
    live_home.clock.advance(PERIOD)
    rehearsal = live_home.swarm.rehearse()
    keys = frozenset(each.key for each in rehearsal.plan.actions if each.kind is ActionKind.REMOVE_WORKTREE)
    assert len(keys) == 1
    live_home.swarm.beat(by="test", force=True, skip=keys)
    assert path.is_dir()


def test_a_respawn_after_the_removal_begins_where_the_branch_is_now(live_home: LiveHome, repo: Repo) -> None:
    path = ended(live_home, repo)
    beat(live_home)
    beat(live_home)
    repo.write("later.py", "1")
    tip = repo.commit("later")

    live_home.swarm.respawn("one")

    live_home.wait_until_ended("one")
    worktree = live_home.record("one").worktree
    assert worktree is not None
    assert (worktree.base, live_home.worktree("one")) == (tip, path)
    assert (path / "later.py").exists()


def test_scheduled_agents_leave_no_pile_of_worktrees(live_home: LiveHome, repo: Repo) -> None:
    role = live_home.layout.role("improvement")
    role.write_text(role.read_text().replace("---\n", f'---\nworktree: "{repo.path}"\n', 1))
    live_home.rules(more='\n[programs.command]\nargv = ["true"]\n')
    policy = live_home.root / "swarm.toml"
    policy.write_text(policy.read_text().replace("[schedule]", "[schedule]\nimprovement = 1"))
    live_home.swarm = live_home.open()
    most = 0
    for _ in range(6):
        live_home.spawn(f"worker-{most}-{live_home.state.heartbeat_n}", "true")  # something happens
        made = beat(live_home)
        for each in made.actions:
            if each.action is ActionKind.SCHEDULE:
                live_home.wait_until_ended(each.agent)
                assert live_home.record(each.agent).worktree is not None
        live_home.swarm.settle()
        most = max(most, len(list(live_home.layout.worktrees.iterdir())))
    spent = [each for each in live_home.state.agents.values() if each.role == "improvement"]
    assert len(spent) >= 5
    assert {each.phase for each in spent} == {Phase.ENDED}
    assert most <= 2
