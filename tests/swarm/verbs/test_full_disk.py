"""A full disk disarms nobody: kills, automatic kills and heartbeats work on it, and lose nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.ledger.codec import read_ended
from swarm.model.record import Ending, Phase
from tests.support import full_disk
from tests.support.homes import LiveHome, home_for_a_test
from tests.support.wait import wait_for


@pytest.fixture
def small_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveHome]:
    """A home on a disk of 3 MiB, after a heartbeat."""
    with full_disk.small_disk(tmp_path / "disk") as disk:
        for home in home_for_a_test(disk / "home", monkeypatch):
            home.swarm.beat(by="test", force=True)
            yield home


def test_an_agent_that_takes_every_block_is_killed_and_recorded(small_home: LiveHome) -> None:
    small_home.spawn("worker-2")
    small_home.spawn("worker-1", *full_disk.hog(small_home.root / "hogged"))
    wait_for(lambda: full_disk.is_full(small_home.root), "the disk to be full")

    report = small_home.swarm.kill(["worker-1"], reason="it fills the disk")

    assert report.gone
    assert report.unrecorded == ""
    record = small_home.record("worker-1")
    assert (record.phase, record.ending, record.ended_by, record.why) == (
        Phase.ENDED,
        Ending.KILLED,
        "operator",
        "it fills the disk",
    )
    past = read_ended(small_home.agent("worker-1")).value
    assert past is not None
    assert past.ending is Ending.KILLED
    assert ("kill", small_home.id("worker-1"), True, "") in small_home.lines()
    assert small_home.alive("worker-2")
    assert small_home.swarm.doctor()
