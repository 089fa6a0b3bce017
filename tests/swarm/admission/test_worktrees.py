"""An agent with a worktree of its own: made at its spawn, kept by every end, gone on in by a respawn."""

import sys
from pathlib import Path

import pytest

from swarm.errors import Code, Refused, SwarmError
from swarm.lifecycle.recovery import resolve_intents
from swarm.model.agent import Acceptance
from swarm.model.record import Phase
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from tests.support.homes import LiveHome, home_for_a_test
from tests.support.repositories import Repo
from tests.support.wait import wait_for

COMMIT = """
import subprocess, pathlib
pathlib.Path("work.py").write_text("1")
subprocess.run(["git", "add", "-A"], check=True)
subprocess.run(["git", "commit", "-qm", "work"], check=True)
pathlib.Path("loose.py").write_text("1")
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "a project")


@pytest.fixture
def home(live_home: LiveHome) -> LiveHome:
    return live_home


def works(home: LiveHome, agent: str, repo: Repo) -> Path:
    """An agent that commits one file, leaves another, and ends."""
    home.spawn(agent, sys.executable, "-c", COMMIT, worktree=str(repo.path))
    home.wait_until_ended(agent)
    home.swarm.settle()
    return home.worktree(agent)


def test_it_works_in_its_worktree_on_a_branch_of_its_own(home: LiveHome, repo: Repo) -> None:
    spawned = home.spawn("one", sys.executable, "-c", COMMIT, worktree=str(repo.path))
    home.wait_until_ended("one")
    path = home.worktree("one")
    assert repo.git("log", "-1", "--format=%s", "swarm/one") == "work"
    assert (path / "loose.py").exists()
    assert repo.git("status", "--porcelain") == ""
    brief = home.agent("one").task.read_text()
    assert f"Your worktree: `{path}`, on the branch `swarm/one`, made from the branch `main`" in brief
    assert f"You work in: `{path}`" in brief
    assert len(spawned.warnings) == 1  # that nothing checks it


@pytest.mark.parametrize("ending", ["by itself", "killed"])
def test_uncommitted_work_outlives_every_end(home: LiveHome, repo: Repo, ending: str) -> None:
    if ending == "by itself":
        path = works(home, "one", repo)
    else:
        home.spawn("one", worktree=str(repo.path))
        path = home.worktree("one")
        (path / "loose.py").write_text("1")
        home.swarm.kill(["one"])
    assert home.record("one").phase is Phase.ENDED
    assert (path / "loose.py").exists()


def test_a_respawn_goes_on_in_the_same_worktree_on_the_same_branch(home: LiveHome, repo: Repo) -> None:
    repo.write("src/api.py", "1")
    repo.commit("sources")
    home.spawn("one", "true", worktree=str(repo.path), cwd="src", owns=("src",))
    home.wait_until_ended("one")
    home.swarm.settle()
    before, path = home.record("one"), home.worktree("one")
    (path / "loose.py").write_text("1")
    home.swarm.respawn("one")
    home.wait_until_ended("one")
    after = home.record("one")
    assert (after.worktree, after.owns) == (before.worktree, before.owns)
    assert after.owns == ("swarm/worktrees/one/src",)
    assert (path / "loose.py").exists()
    assert f"You work in: `{path}/src`" in home.agent("one").task.read_text()


def test_a_respawn_makes_a_worktree_again_that_was_removed_by_hand(home: LiveHome, repo: Repo) -> None:
    path = works(home, "one", repo)
    repo.git("worktree", "remove", "--force", "--force", str(path))
    home.swarm.respawn("one")
    home.wait_until_ended("one")
    assert (path / "work.py").exists()
    assert repo.git("symbolic-ref", "--short", "HEAD", at=path) == "swarm/one"


def test_a_spawn_that_fails_leaves_neither_worktree_nor_branch(home: LiveHome, repo: Repo) -> None:
    with pytest.raises(SwarmError):
        home.spawn("one", "./no-such-program", worktree=str(repo.path))
    assert repo.branches() == ["main"]
    assert list(home.layout.worktrees.iterdir()) == []
    assert not home.agent("one").path.exists()


def test_a_respawn_that_fails_leaves_the_work_of_the_run_before(home: LiveHome, repo: Repo) -> None:
    path = works(home, "one", repo)
    spec = home.agent("one").spec
    spec.write_text(spec.read_text().replace(sys.executable, "./no-such-program"))
    with pytest.raises(SwarmError):
        home.swarm.respawn("one")
    assert (path / "work.py").exists()
    assert (path / "loose.py").exists()


def test_a_start_that_was_cut_short_is_taken_back_with_its_worktree(
    home: LiveHome, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        """The engine dies."""

    def die(*_: object) -> None:
        raise Cut

    from swarm.lifecycle import spawn

    monkeypatch.setattr(spawn, "start", die)
    with pytest.raises(Cut):
        home.spawn("one", worktree=str(repo.path))
    assert repo.branches() == ["main", "swarm/one"]
    resolve_intents(home.home)
    assert repo.branches() == ["main"]
    assert list(home.layout.worktrees.iterdir()) == []


def test_a_queued_spawn_gets_its_worktree_when_it_starts(home: LiveHome, repo: Repo) -> None:
    home.rules(slots=1, reserve=0)
    home.swarm.reread()
    home.spawn("first")
    home.spawn("second", queue=True, worktree=f"{repo.path}@main", cwd=".")
    assert repo.branches() == ["main"]
    home.swarm.kill(["first"])
    home.swarm.beat(by="test", force=True)
    wait_for(lambda: home.record("second").phase is Phase.RUNNING, "the queued spawn")
    assert repo.branches() == ["main", "swarm/second"]


def test_an_agent_below_one_with_a_worktree_begins_at_its_branch(home: LiveHome, repo: Repo) -> None:
    home.spawn("lead", worktree=str(repo.path), slots=2)
    repo.write("lead.py", "1", at=home.worktree("lead"))
    repo.commit("lead", at=home.worktree("lead"))
    home.open(home.actor("lead")).spawn(home.request("helper", worktree="."))
    worktree = home.record("lead/helper").worktree
    assert worktree is not None
    assert (worktree.branch, worktree.into) == ("swarm/lead.helper", "swarm/lead")
    assert (home.worktree("lead/helper") / "lead.py").exists()


def test_what_is_owned_in_one_repository_is_owned_in_all_its_worktrees(home: LiveHome, repo: Repo) -> None:
    home.spawn("one", worktree=str(repo.path), owns=("src/api",))
    with pytest.raises(Refused, match="owns 'src/api' in the same repository") as refused:
        home.spawn("two", worktree=str(repo.path), owns=("src",))
    assert refused.value.code is Code.OWNS
    home.spawn("three", worktree=str(repo.path), owns=("src/web",))
    home.spawn("whole", worktree=str(repo.path), owns=(".",))
    home.spawn("also-whole", worktree=str(repo.path), owns=(".",))


def test_what_is_owned_in_the_checkout_around_the_home_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "project")
    for home in home_for_a_test(repo.path, monkeypatch):
        home.spawn("one", owns=("site",))
        with pytest.raises(Refused, match="in the same repository"):
            home.spawn("two", worktree=".", owns=("site/page.html",))
        home.spawn("three", worktree=".", owns=("lib",))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"worktree": "nowhere"}, "worktree"),
        ({"cwd": "nowhere"}, "cwd"),
        ({"cwd": "../other"}, "cwd"),
        ({"cwd": "/"}, "cwd"),
        ({"owns": ("/etc",)}, "owns"),
        ({"owns": ("../two",)}, "owns"),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_is_made(
    home: LiveHome, repo: Repo, asked: dict[str, object], field: str
) -> None:
    request = replace(home.request("one", worktree=str(repo.path)), **asked)  # type: ignore[arg-type]
    assert [each.field for each in home.swarm.check_spawn(request).objections] == [field]
    assert repo.branches() == ["main"]
    assert not home.layout.worktrees.exists()


def test_a_directory_outside_of_the_home_is_a_place_to_work_in(home: LiveHome, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    write = "import pathlib; pathlib.Path('made.txt').write_text('1')"
    home.spawn("one", sys.executable, "-c", write, cwd=str(outside), outputs=("*.txt",))
    home.wait_until_ended("one")
    home.swarm.settle()
    assert (outside / "made.txt").exists()
    assert home.record("one").observed.outputs == 1
    assert f"You work in: `{outside}`" in home.agent("one").task.read_text()


def test_a_role_says_where_its_agents_work_where_a_spawn_does_not(home: LiveHome, repo: Repo) -> None:
    repo.write("src/api.py", "1")
    repo.commit("sources")
    role = home.layout.role("worker")
    role.write_text(role.read_text().replace("scope: work", f'scope: work\nworktree: "{repo.path}@main"\ncwd: src'))
    home.spawn("one", "true")
    home.wait_until_ended("one")
    assert home.worktree("one").is_dir()
    assert "/src`" in home.agent("one").task.read_text()


def test_variables_of_git_that_name_a_place_are_not_inherited(
    home: LiveHome, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    works(home, "one", repo)
    monkeypatch.undo()
    assert repo.git("log", "-1", "--format=%s", "swarm/one") == "work"


def test_a_spawn_says_that_submodules_are_still_to_be_fetched(home: LiveHome, repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    repo.commit("a submodule")
    spawned = home.spawn("one", worktree=str(repo.path))
    assert any("submodules" in warning for warning in spawned.warnings)


def test_a_held_parent_gives_worktrees_of_its_own_repository_only(home: LiveHome, repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    home.rules(more='\n[programs.claude]\nargv = ["sleep", "300"]\nscope = "narrow"\n')
    home.swarm = home.open()
    home.spawn("lead", worktree=str(repo.path), slots=3, owns=("src",))
    record = home.record("lead")
    spec = home.agent("lead").spec
    spec.write_text(spec.read_text().replace('"program": "command"', '"program": "claude"'))
    lead = home.open(home.actor("lead"))
    assert record.owns == ("swarm/worktrees/lead/src",)
    ours = lead.check_spawn(SpawnRequest(name="helper", role="worker", task="t", program="claude", worktree="."))
    assert not [each for each in ours.objections if each.code is Code.SCOPE]
    for asked in (str(other.path), str(home.root)):
        request = SpawnRequest(name="helper", role="worker", task="t", program="claude", worktree=asked)
        found = {each.code for each in lead.check_spawn(request).objections}
        assert found & {Code.SCOPE, Code.REPOSITORY}


def test_an_acceptance_check_finds_the_worktree(home: LiveHome, repo: Repo) -> None:
    outcome = Acceptance("work.py is there", 'test -s "$SWARM_WORKTREE/work.py"')
    done = "import pathlib, os; pathlib.Path(os.environ['SWARM_WORKTREE'], 'work.py').write_text('1')"
    home.spawn("one", sys.executable, "-c", done, worktree=str(repo.path), accept=(outcome,))
    home.wait_until_ended("one")
    home.write_results("one")
    home.swarm.beat(by="test", force=True)
    wait_for(lambda: home.record("one").acceptance == (("work.py is there", True),), "its check to find it")
