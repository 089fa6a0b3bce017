"""The plan of a heartbeat."""

import time

from swarm.config.checked import parse_policy
from swarm.rules.plan import plan
from tests.bench.figures import Figure
from tests.support.swarms import NOW, many

RUNS, QUICK_RUNS = 9, 3
AIMS = {1_000: 10.0, 10_000: 100.0}


def measure(count: int, *, quick: bool) -> list[Figure]:
    """Median of the plan for a swarm of which some are late, stuck or done."""
    policy = parse_policy("[slots]\nmax = 1000")
    snapshot = many(count)
    took: list[float] = []
    for _ in range(QUICK_RUNS if quick else RUNS):
        began = time.perf_counter()
        found = plan(snapshot, policy, NOW)
        took.append((time.perf_counter() - began) * 1000)
        assert found.actions, "a plan without actions measures nothing"
    return [Figure.of(f"plan of a heartbeat, {count:,} agents", took, "ms", AIMS.get(count))]
