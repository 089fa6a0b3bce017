"""A home that is moved or copied under running agents: it is said, reports arrive, and nobody is ended for it."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.model.causes import ProblemCode
from swarm.processes.belonging import Origin, origin_of
from tests.support.cli import COMMAND, swarm_tui
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

on_linux = pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not say which directories a process holds")


@contextmanager
def moved(live_home: LiveHome) -> Iterator[Path]:
    """The home at another place, for the block."""
    place = live_home.root.with_name("moved")
    live_home.root.rename(place)
    try:
        yield place
    finally:
        place.rename(live_home.root)


def test_a_home_that_was_moved_is_said_on_the_row_and_by_doctor_and_ends_nobody(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    assert origin_of(live_home.layout, live_home.record("worker-1")) is None
    with moved(live_home) as place:
        swarm = Swarm.open(place, clock=live_home.clock)
        record = swarm.home.ledger.read().agents["genesis-01/worker-1"]
        assert origin_of(swarm.home.layout, record) == Origin(str(live_home.root), copied=False)
        view = swarm.snapshot().agent("genesis-01/worker-1")
        assert view is not None
        assert ProblemCode.MOVED in {problem.code for problem in view.problems}
        assert [problem.text for _, problem in swarm.snapshot().problems] == [
            f"1 agent runs for {live_home.root}: this home was moved"
        ]
        assert f"1 agent runs for {live_home.root}: this home was moved" in swarm_tui("status", home=place).out
        assert any(f"this home was at {live_home.root}" in finding.text for finding in swarm.doctor())
        swarm.beat(by="test", force=True)
        assert live_home_alive(swarm)


def live_home_alive(swarm: Swarm) -> bool:
    """Whether the ledger still has it running, and a look confirms it."""
    record = swarm.home.ledger.read().agents["genesis-01/worker-1"]
    return record.live and str(swarm.home.runner.alive(record)) == "alive"


@on_linux
@pytest.mark.parametrize("where", ["in its own directory", "elsewhere"])
def test_reports_of_agents_find_a_home_that_was_moved(live_home: LiveHome, where: str) -> None:
    go = "cd /;" if where == "elsewhere" else ""
    script = f'{go} read go < "$0"; "$1" progress "It was moved."; exec sleep 300'
    pipe = live_home.root.with_name("go")
    live_home.spawn("worker-1", "sh", "-c", f"mkfifo {pipe}; {script}", str(pipe), COMMAND)
    wait_for(pipe.exists, "the agent to wait")
    with moved(live_home) as place:
        pipe.write_text("go\n")
        progress = place / "swarm" / "agents" / "genesis-01" / "worker-1" / "progress.md"
        wait_for(lambda: progress.exists() and "It was moved." in progress.read_text(), "the report to arrive")


@on_linux
def test_a_copy_of_a_home_that_was_moved_leaves_the_agents_of_that_one_alone(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    copy = live_home.root.with_name("copy")
    with moved(live_home) as place:
        shutil.copytree(place, copy, symlinks=True)
        swarm = Swarm.open(copy, clock=live_home.clock)
        report = swarm.kill(["worker-1"])
        assert "this home is a copy" in report.agents[0].note
        assert live_home_alive(Swarm.open(place, clock=live_home.clock))


@on_linux
def test_a_new_home_at_the_old_place_does_not_take_the_agents_over(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with moved(live_home) as place:
        live_home.root.mkdir()
        (live_home.root / "swarm.toml").write_text("")
        try:
            swarm = Swarm.open(place, clock=live_home.clock)
            assert swarm.settle() == ()
            assert live_home_alive(swarm)
        finally:
            shutil.rmtree(live_home.root)


def test_a_name_of_an_agent_that_leads_out_finds_no_home(tmp_path: Path) -> None:
    ran = swarm_tui("status", env={"SWARM_HOME": str(tmp_path / "gone"), "SWARM_AGENT": "../../x", "SWARM_SPAWN": "s"})
    assert ran.status == 4
