"""However an agent with a worktree is started (by schedule, queue, take-up, respawn, terminal), it works in that."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.lifecycle.attach import MayGoOn
from swarm.lifecycle.detach import AfterAttach
from swarm.lifecycle.take_up import take_up_due
from swarm.model.launch import Launch
from swarm.model.record import Phase
from tests.support.chatting import chat, lines, session, with_chatter
from tests.support.homes import PERIOD, LiveHome
from tests.support.refused import Service, ended, start
from tests.support.repositories import Repo
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "a project")
    made.write("src/api.py", "1")
    made.commit("sources")
    return made


def works_in(home: LiveHome, agent: str, directory: Path) -> None:
    """Its program runs, works there, and its branch is checked out there."""
    wait_for(lambda: home.record(agent).phase is Phase.RUNNING, f"{agent} to run")
    process, worktree = home.record(agent).process, home.record(agent).worktree
    assert process is not None
    assert worktree is not None
    assert os.readlink(f"/proc/{process.pid}/cwd") == str(directory.resolve())
    words = ["git", "symbolic-ref", "--short", "HEAD"]
    assert subprocess.run(words, cwd=directory, capture_output=True, text=True).stdout.strip() == worktree.branch


def test_a_scheduled_agent_works_where_its_role_says(live_home: LiveHome, repo: Repo) -> None:
    role = live_home.layout.role("improvement")
    role.write_text(role.read_text().replace("---\n", f'---\nworktree: "{repo.path}"\ncwd: src\n', 1))
    live_home.rules(more='\n[programs.command]\nargv = ["sleep", "300"]\n')
    policy = live_home.root / "swarm.toml"
    policy.write_text(policy.read_text().replace("[schedule]", "[schedule]\nimprovement = 1"))
    live_home.swarm = live_home.open()
    live_home.spawn("worker-1", "true")
    live_home.swarm.beat(by="test", force=True)
    works_in(live_home, "improvement-01", live_home.worktree("improvement-01") / "src")


def test_a_queued_agent_works_in_the_worktree_that_it_gets_at_its_start(live_home: LiveHome, repo: Repo) -> None:
    live_home.rules(slots=1, reserve=0)
    live_home.swarm.reread()
    live_home.spawn("first")
    live_home.spawn("second", queue=True, worktree=str(repo.path), cwd="src", owns=("src",))
    repo.write("src/later.py", "1")
    repo.commit("while it waited")
    live_home.swarm.kill(["first"])
    live_home.swarm.beat(by="test", force=True)
    path = live_home.worktree("second")
    works_in(live_home, "second", path / "src")
    assert (path / "src" / "later.py").exists()
    assert live_home.record("second").owns == ("swarm/worktrees/second/src",)


def test_one_that_waited_for_its_service_goes_on_with_what_it_had_not_committed(
    live_home: LiveHome, repo: Repo, tmp_path: Path
) -> None:
    service = Service(live_home, tmp_path)
    service.fails_after_work()
    start(live_home, worktree=str(repo.path))
    ended(live_home, "worker-1")
    assert live_home.record("worker-1").phase is Phase.WAITING
    path = live_home.worktree("worker-1")
    (path / "loose.py").write_text("half done")
    service.works_on()
    for _ in range(3):
        live_home.swarm.beat(by="test", force=True)  # none of them takes its worktree away while it waits
        live_home.clock.advance(PERIOD)

    take_up_due(live_home.home, live_home.swarm.snapshot())

    works_in(live_home, "worker-1", path)
    assert (path / "loose.py").read_text() == "half done"


def test_a_person_talks_to_it_where_it_works_and_it_goes_on_there(live_home: LiveHome, repo: Repo) -> None:
    with_chatter(live_home)
    agent = chat(live_home, worktree=str(repo.path), cwd="src")
    path = live_home.worktree("worker-1")
    (path / "loose.py").write_text("half done")
    before, places = session(agent), list[Path]()

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        places.append(Path(launch.cwd))
        process = subprocess.Popen(
            launch.argv, env=launch.environment, cwd=launch.cwd, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        started(process.pid)
        process.communicate(b"commit what you have\n/exit\n")
        return process.returncode

    left = live_home.swarm.attach("worker-1", client)

    assert left.how is AfterAttach.UP
    assert places == [path / "src"]
    wait_for(lambda: len(lines(agent, "init")) == 2, "its session to go on")
    assert session(agent) == before
    works_in(live_home, "worker-1", path / "src")
    assert (path / "loose.py").read_text() == "half done"


def test_a_respawn_goes_on_with_its_session_in_its_worktree(live_home: LiveHome, repo: Repo) -> None:
    with_chatter(live_home)
    agent = chat(live_home, worktree=str(repo.path), cwd="src")
    path = live_home.worktree("worker-1")
    (path / "loose.py").write_text("half done")
    before = json.loads(agent.session.read_text())["session"]
    live_home.swarm.kill(["worker-1"])

    again = live_home.swarm.respawn("worker-1")

    assert again.session == before
    works_in(live_home, "worker-1", path / "src")
    assert (path / "loose.py").read_text() == "half done"
