"""Temp files of killed writers: every heartbeat finds them, and opens no directory in which nothing came or went."""

import os
from pathlib import Path

import pytest

from swarm.heartbeat import temp_files
from swarm.heartbeat.beat import beat
from swarm.model.record import Phase
from swarm.scan.scanner import Scanner
from swarm.store.writer import sweep_temps, temp_name
from tests.support.homes import PERIOD, LiveHome


def left_by_a_killed_writer(place: Path) -> Path:
    place.mkdir(exist_ok=True)
    left = place / temp_name()
    left.write_bytes(b"{")
    os.utime(left, (1.0, 1.0))  # its file is old, however young its name is
    return left


def test_a_heartbeat_takes_away_what_killed_writers_left_wherever_they_write(live_home: LiveHome) -> None:
    agent = live_home.agent(live_home.spawn("worker-1").agent)
    places = [live_home.layout.swarm, live_home.layout.agents, agent.path, agent.run, agent.log]
    left = [left_by_a_killed_writer(place) for place in places]
    young = agent.path / temp_name()
    young.write_bytes(b"{")

    beat(live_home.home, by="test", scanner=Scanner(live_home.home))

    assert [path.name for path in left if path.exists()] == []
    assert young.exists(), "its writer may still be at work"


def test_later_heartbeats_open_what_changed_and_nothing_of_who_has_long_ended(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, scanner = live_home.home, Scanner(live_home.home)
    lives, ended = (live_home.spawn(name).agent for name in ("lives", "ended"))
    live_home.swarm.kill([ended], reason="it is not needed")
    assert live_home.record(ended).phase is Phase.ENDED
    over = live_home.agent(ended)
    for place in (over.path, over.run, over.log):
        assert place.is_dir()
    beat(home, by="test", scanner=scanner)
    # As though all that had been hours ago: the times of directories cannot be set back, so the sweep is set forward.
    temp_files._swept[scanner] += 9 * PERIOD
    opened: list[Path] = []

    def sweep(place: Path, age: float, *, now: float) -> int:
        opened.append(place)
        return sweep_temps(place, age, now=now)

    monkeypatch.setattr(f"{temp_files.__name__}.sweep_temps", sweep)
    live_home.clock.advance(PERIOD)
    beat(home, by="test", scanner=scanner)

    assert [place for place in opened if live_home.layout.agents in place.parents] == []
    assert live_home.layout.swarm in opened

    left = [left_by_a_killed_writer(place) for place in (over.path, live_home.agent(lives).log)]
    live_home.clock.advance(PERIOD)
    beat(home, by="test", scanner=scanner)
    assert [path for path in left if path.exists()] == []
