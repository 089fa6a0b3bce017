"""Starts are staggered: each gets its turn with its intent."""

from pathlib import Path

import pytest

from swarm.lifecycle.stagger import next_start
from swarm.lifecycle.take_up import take_up_due
from swarm.model.record import Ending
from swarm.programs.command import Command
from tests.support.homes import LiveHome
from tests.support.refused import Service, ended, start

EACH_S = 25.0
"""Longer than all of the test takes."""


def test_a_start_goes_at_once_where_none_went_before() -> None:
    assert next_start(0.0, 100.0, cores=2, cost_s=0.7) == 100.0


def test_starts_come_as_fast_as_the_cores_take_them() -> None:
    at, taken = 100.0, []
    last = 0.0
    for _ in range(5):
        last = next_start(last, at, cores=2, cost_s=0.8)
        taken.append(last)
    assert taken == pytest.approx([100.0, 100.4, 100.8, 101.2, 101.6])


def test_a_last_start_that_makes_no_sense_holds_nobody_up() -> None:
    assert next_start(1e12, 100.0, cores=2, cost_s=0.8) == 100.0


def test_many_that_are_taken_up_after_an_outage_are_started_one_after_another(
    live_home: LiveHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(live_home, tmp_path)
    service.down()
    names = [f"worker-{number}" for number in range(4)]
    for name in names:
        start(live_home, name)
    ended(live_home, *names)
    policy = live_home.root / "swarm.toml"
    policy.write_text(policy.read_text().replace("stagger = false", "stagger = true"))
    live_home.swarm = live_home.open()
    live_home.clock.advance(61)
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        live_home.clock.advance(seconds)

    monkeypatch.setattr("swarm.lifecycle.stagger.sleep", sleep)
    monkeypatch.setattr(Command, "start_cost_s", EACH_S * live_home.home.runner.cores())
    service.up()

    assert len(take_up_due(live_home.home, live_home.swarm.snapshot())) == len(names)

    assert len(waits) == len(names) - 1
    assert all(0 < wait <= EACH_S for wait in waits)
    ended(live_home, *names)
    assert {live_home.record(name).ending for name in names} == {Ending.DONE}
