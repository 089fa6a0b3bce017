"""How the cost of a plan grows, in calls of functions: with the number of agents, and by a few calls for each."""

import cProfile
from typing import Any

import pytest

from swarm.config.checked import parse_policy
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import Snapshot
from swarm.rules.plan import plan
from tests.support.swarms import HOUR, NOW, a_snapshot, a_view, many, results

POLICY = parse_policy("[slots]\nmax = 1000")
PER_AGENT = 40
"""Calls of a plan for one agent that runs, built-in ones included."""
PER_ENDED = 40


def calls_of(snapshot: Snapshot) -> int:
    """Calls of a plan; what is compared once for each change of an agent's updates was compared before."""
    plan(snapshot, POLICY, NOW)
    counted = cProfile.Profile()
    counted.runcall(plan, snapshot, POLICY, NOW)
    return sum(each.callcount for each in counted.getstats())


def over(number: int) -> Any:
    """An agent that has ended a while ago, and was read."""
    record: dict[str, Any] = {"phase": Phase.ENDED, "ending": Ending.DONE, "ended_ago": 2 * HOUR}
    return a_view(f"old-{number:03d}", results=results(), read_at=NOW.wall - HOUR, collected_n=3, **record)


def test_twice_the_agents_are_twice_the_calls() -> None:
    few, twice = calls_of(many(400)), calls_of(many(800))
    assert twice < 2.1 * few
    assert (twice - few) / 400 < PER_AGENT


@pytest.mark.parametrize("under", ["", "meta/"])
def test_agents_side_by_side_cost_no_more_than_those_in_a_tree(under: str) -> None:
    """No agent is held against every other one, though all stand under one parent and a role is to be spawned."""
    above = [a_view("meta", slots=900)] if under else []
    calls = [
        calls_of(a_snapshot(*above, *(a_view(f"{under}w-{number:03d}") for number in range(count)), policy=POLICY))
        for count in (300, 600)
    ]
    assert (calls[1] - calls[0]) / 300 < 2 * PER_AGENT


def test_who_has_ended_costs_no_more_than_who_runs() -> None:
    living = [a_view(f"w-{number:03d}") for number in range(50)]
    few = calls_of(a_snapshot(*living, *map(over, range(200)), policy=POLICY))
    many_more = calls_of(a_snapshot(*living, *map(over, range(600)), policy=POLICY))
    assert (many_more - few) / 400 < PER_ENDED
