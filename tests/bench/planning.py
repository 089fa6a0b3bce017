"""The plan of a heartbeat."""

import json
import time

from msgspec import to_builtins

from swarm.config.checked import parse_policy
from swarm.rules.plan import plan
from tests.bench.figures import Figure
from tests.support.swarms import NOW, many

RUNS, QUICK_RUNS = 9, 3
AIMS = {1_000: 10.0, 10_000: 100.0}
REASON = "a verdict has a reason in words for each agent, which are half of it; the others are passes over all agents"


def measure(count: int, *, quick: bool) -> list[Figure]:
    """Median of the plan for a swarm of which some are late, stuck or done; beside it, `json.dumps` of the snapshot."""
    policy = parse_policy("[slots]\nmax = 1000")
    snapshot = many(count)
    plain = to_builtins(snapshot)
    took: list[float] = []
    theirs: list[float] = []
    for _ in range(QUICK_RUNS if quick else RUNS):
        began = time.perf_counter()
        found = plan(snapshot, policy, NOW)
        took.append((time.perf_counter() - began) * 1000)
        assert found.actions, "a plan without actions measures nothing"
        began = time.perf_counter()
        json.dumps(plain)
        theirs.append((time.perf_counter() - began) * 1000)
    what, yardstick = f"plan of a heartbeat, {count:,} agents", "json.dumps of the same snapshot"
    return [Figure.of(what, took, "ms", AIMS.get(count), yardstick, theirs, reason=REASON)]
