"""What an agent left with others: named where it may be its own, ended where it surely is, the operator left alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swarm import platform
from swarm.model.agent import Identity
from swarm.model.causes import AlertCause
from swarm.model.record import Ending
from swarm.model.values import replace
from swarm.processes.identity import identify
from swarm.processes.leftovers import end_listed, suspects
from swarm.protocol.paths import MARKER
from swarm.repositories.git import Place, git
from tests.support.homes import LiveHome
from tests.support.ptys import Terminal
from tests.support.repositories import Repo
from tests.support.services import served
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def lives(identity: Identity) -> bool:
    return identify(identity.pid) == identity


def test_who_works_in_its_directory_without_its_marker_is_named_and_left_alone(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with served(live_home.agent("worker-1").path, "stray") as stray:
        (outcome,) = live_home.swarm.kill(["worker-1"]).agents

        assert lives(stray)
        assert not outcome.gone
        assert f"pid {stray.pid} sleep 300" in outcome.unverified
        assert f"kill {live_home.id('worker-1')} once more" in outcome.unverified
        assert live_home.record("worker-1").leftovers == (stray,)
        assert live_home.swarm.snapshot().slots.committed == 1
        assert AlertCause.UNVERIFIED in {alert.cause for alert in live_home.state.alerts}


def test_an_operator_who_kills_once_more_leaves_alone_what_was_named_and_nothing_else(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    place = live_home.agent("worker-1").path
    with served(place, "mine") as mine:
        assert not live_home.swarm.kill(["worker-1"]).gone
        with served(place, "new") as new:
            (outcome,) = live_home.swarm.kill(["worker-1"]).agents
            assert f"pid {new.pid} " in outcome.unverified
            assert f"pid {mine.pid} " not in outcome.unverified
        (outcome,) = live_home.swarm.kill(["worker-1"]).agents
        assert outcome.gone
        assert live_home.swarm.snapshot().slots.committed == 0
        assert lives(mine)
        assert AlertCause.UNVERIFIED not in {alert.cause for alert in live_home.state.alerts}


def test_the_audit_log_says_what_the_operator_left_alone(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with served(live_home.agent("worker-1").path, "mine") as mine:
        live_home.swarm.kill(["worker-1"])
        (outcome,) = live_home.swarm.kill(["worker-1"]).agents
        assert outcome.note == f"left alone: pid {mine.pid}"
        assert lives(mine)


def test_no_agent_says_that_what_is_left_of_another_is_not_its_own(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    live_home.spawn("worker-1", parent="idea-a")
    parent = live_home.open(live_home.actor("idea-a"))
    with served(live_home.agent("idea-a/worker-1").path, "stray"):
        assert not parent.kill(["worker-1"]).gone
        assert not parent.kill(["worker-1"]).gone
        assert live_home.record("idea-a/worker-1").unverified


def test_a_heartbeat_frees_the_slot_when_what_was_named_has_ended_and_not_before(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with served(live_home.agent("worker-1").path, "stray") as stray:
        live_home.swarm.kill(["worker-1"])
        live_home.swarm.beat(by="test", force=True)
        assert live_home.record("worker-1").unverified
        assert lives(stray)
    live_home.swarm.beat(by="test", force=True)
    assert not live_home.record("worker-1").unverified
    assert live_home.swarm.snapshot().slots.committed == 0


def test_what_we_ourselves_run_under_started_is_the_operators(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with subprocess.Popen(["sleep", "300"], cwd=live_home.agent("worker-1").path, start_new_session=True) as editor:
        try:
            assert live_home.swarm.kill(["worker-1"]).gone
            assert editor.poll() is None
        finally:
            editor.kill()


def test_its_worktree_is_looked_at_too_and_our_own_git_in_it_is_passed_over(
    live_home: LiveHome, tmp_path: Path
) -> None:
    repo = Repo(tmp_path / "repo")
    live_home.spawn("worker-1", worktree=str(repo.path))
    record = live_home.record("worker-1")
    assert record.worktree is not None
    path = live_home.root / record.worktree.path
    place = Place(Path(record.worktree.common), Path(record.worktree.common) / "worktrees" / "worker-1", path)
    with served(path, "stray") as stray:
        said = git("-c", "alias.where=!env", "where", at=place).output.decode()
        assert f"{MARKER}=swarm-tui" in said.splitlines()
        (outcome,) = live_home.swarm.kill(["worker-1"]).agents
        assert f"pid {stray.pid} sleep 300" in outcome.unverified
        assert lives(stray)
    assert live_home.swarm.kill(["worker-1"]).gone


def test_an_agent_that_ends_by_itself_is_looked_after_in_the_same_way(live_home: LiveHome) -> None:
    done = '{"status": "success", "summary": "It is over."}'
    wait = f"while [ ! -e over ]; do sleep 0.05; done; echo '{done}' > results.json"
    live_home.spawn("worker-1", "sh", "-c", wait)
    agent = live_home.agent("worker-1")
    with served(agent.path, "stray") as stray:
        (agent.path / "over").touch()
        live_home.wait_until_ended("worker-1")
        live_home.swarm.settle()

        record = live_home.record("worker-1")
        assert record.ending is Ending.DONE
        assert f"pid {stray.pid} " in record.unverified
        assert lives(stray)


def test_an_operator_in_the_agents_directory_is_no_part_of_it(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    place = live_home.agent("worker-1").path
    terminal = Terminal("/bin/sh", "-c", f"cd {place} && setsid -w sleep 300")  # an editor's helper has none of its own
    try:
        at_work = wait_for(lambda: [pid for pid in platform.children(terminal.pid) if works_in(pid, place)], "it")
        assert live_home.swarm.kill(["worker-1"]).gone
        assert all(platform.state(pid) for pid in (terminal.pid, *at_work))
    finally:
        terminal.close()


def works_in(pid: int, place: Path) -> bool:
    return platform.directory(pid) == str(place)


def test_what_began_before_the_agent_is_not_of_it_nor_what_works_in_the_place_of_one_below(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=2)
    live_home.spawn("worker-1", parent="idea-a")
    above, below = live_home.record("idea-a"), live_home.record("idea-a/worker-1")
    place = live_home.agent("idea-a").path
    with served(live_home.agent("idea-a/worker-1").path, "stray") as stray:
        assert [each.process.pid for each in suspects(below, [live_home.agent("idea-a/worker-1").path])] == [stray.pid]
        assert suspects(above, [place]) == []
    with served(place, "older") as older:
        assert [each.process.pid for each in suspects(above, [place])] == [older.pid]
        assert suspects(replace(above, keeper=None, spawned_at=time.time() + 60), [place]) == []


def test_only_the_listed_process_itself_is_ended_with_all_below_it(tmp_path: Path) -> None:
    with served(tmp_path, "one") as one, served(tmp_path, "two") as two:
        recycled = replace(two, ticks=two.ticks - 1)
        swept = end_listed([one, recycled, replace(one, pid=os.getpid())], "a-marker")

        assert swept.clean
        assert [each.pid for each in swept.found] == [one.pid]
        assert lives(two)
