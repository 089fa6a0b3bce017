"""Starts are staggered: each gets its turn with its reservation."""

import pytest

from swarm.lifecycle.reservation import next_start


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
