"""The control room and the demo where no shell of a person stands: a removed directory, process 1 of a container."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import COMMAND
from tests.support.homes import LiveHome
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for
from tests.swarm_tui.cli.test_first_process import zombies_of

pytestmark = [needs_tmux, pytest.mark.tmux]

AS_FIRST = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
LEAVES_ORPHANS = "for n in 1 2 3; do (sleep 0.2 & exec setsid sleep 0.3) & done; exec sleep 0.1"


def may_make_containers() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*AS_FIRST, "true"], capture_output=True, check=False).returncode == 0


needs_containers = pytest.mark.skipif(not may_make_containers(), reason="needs the right to make a pid namespace")


def from_a_removed_directory(place: Path, *words: str) -> list[str]:
    return ["sh", "-c", 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"', str(place), *words]


@pytest.fixture
def gone(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "gone"
    yield place
    assert not place.exists(), "the removed directory was made anew"


def test_the_control_room_works_from_a_removed_directory(live_home: LiveHome, gone: Path) -> None:
    live_home.spawn("worker-1")
    with Tmux(from_a_removed_directory(gone, COMMAND, "-C", str(live_home.root))) as tmux:
        tmux.wait_for("worker-1", "heartbeats")
        tmux.keys("j", "x")
        tmux.wait_for("Stop genesis-01/worker-1?")
        tmux.keys("y")
        tmux.wait_for("† worker-1", "ended by operator")  # while it is ending, a new spawn is refused
        tmux.keys("r")
        tmux.wait_for("Spawn genesis-01/worker-1 again?")
        tmux.keys("y")
        tmux.wait_for("worker-1.1", "starting")
        tmux.keys("q")
        assert tmux.exit_status() == 0


def test_the_demo_works_from_a_removed_directory(gone: Path, tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with Tmux(from_a_removed_directory(gone, COMMAND, "demo", "--speed", "240", "--dir", str(home))) as tmux:
        tmux.wait_for("idea-alpha", "heartbeats")
        tmux.keys("q")
        assert tmux.exit_status() == 0


@needs_containers
def test_the_control_room_reaps_as_process_1_and_ends_with_its_own_status(live_home: LiveHome) -> None:
    spawn = [COMMAND, "-C", str(live_home.root), "spawn", "worker-1", "--role", "worker", "--task", "t"]
    spawn += ["--accept", "it is there", "--", "sh", "-c", LEAVES_ORPHANS]
    with Tmux([*AS_FIRST, COMMAND, "-C", str(live_home.root)]) as tmux:
        tmux.wait_for("genesis-01", "heartbeats")
        first = child_of(tmux.pid())
        inside = ["nsenter", "-t", str(first), "-p", "-m", *spawn]
        assert subprocess.run(inside, capture_output=True, check=False, timeout=60).returncode == 0
        tmux.wait_for("worker-1", "failed")
        wait_for(lambda: not zombies_of(first), "the zombies of the first process to be reaped")
        tmux.keys("q")
        assert tmux.exit_status() == 0


@needs_containers
def test_the_demo_reaps_as_process_1_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with Tmux([*AS_FIRST, COMMAND, "demo", "--speed", "240", "--dir", str(home)]) as tmux:
        tmux.wait_for("deploy-check", "failed")
        first = child_of(tmux.pid())
        wait_for(lambda: not zombies_of(first), "the zombies of the first process to be reaped")
        tmux.keys("q")
        assert tmux.exit_status() == 0


def child_of(pid: int) -> int:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return int(file.read().split()[0])
