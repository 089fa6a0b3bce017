"""What operators and scripts call, as whole processes: `swarm-tui spawn -- true`, `kill`, `status`, `heartbeat`."""

import os
from functools import partial

from tests.bench import yardsticks
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.processes import whole
from tests.bench.room import COMMAND

RUNS, QUICK_RUNS = 21, 5
AGENTS = 12
WHY = {
    "spawn NAME -- true": "the keeper that it waits for is a second Python, started when ours has checked and reserved",
    "kill": "two commits of the ledger wait for the disk, and it looks until nothing is left",
    "status": "the whole home is looked at, with what the engine needs to judge it",
    "heartbeat": "the whole home is looked at, judged, acted upon and recorded",
}
"""Why an aim is missed."""
AIMS = {"spawn NAME -- true": 5.0, "kill": 5.0, "status": 4.0, "heartbeat": 5.0}


def measure(*, quick: bool) -> list[Figure]:
    """Medians, turn and turn about with the yardstick, in a home of its own: the heartbeats leave their marks in it."""
    took: dict[str, list[float]] = {name: [] for name in (*AIMS, yardsticks.BARE)}
    with BenchHome(AGENTS) as bench:
        for number in range((QUICK_RUNS if quick else RUNS) + 1):
            for name, ms in _once(bench, number).items():
                took[name].append(ms)
        living = bench.home.ledger.read().agents
        assert all(living[agent].live for agent in bench.live), "a heartbeat ended agents of the bench"
    # The first of each only filled the caches.
    bare, yard = took[yardsticks.BARE][1:], yardsticks.BARE
    return [
        Figure.of(f"swarm-tui {name}", took[name][1:], "ms", aim, yard, bare, aim_is_ratio=True, reason=WHY[name])
        for name, aim in AIMS.items()
    ]


def _once(bench: BenchHome, number: int) -> dict[str, float]:
    """Milliseconds of each, once."""
    ours = partial(_ours, os.fspath(bench.root))
    spawn = ("--role", "worker", "--task", "It is measured.", "--")
    short, long = f"short-{number}", f"long-{number}"
    spawned = whole(ours("spawn", short, *spawn, "true"))
    whole(ours("spawn", long, *spawn, "sleep", "1000"))
    killed = whole(ours("kill", long, "--yes", "--reason", "it was measured"))
    shown, beaten = whole(ours("status")), whole(ours("heartbeat", "--force"))
    found = dict(zip(AIMS, (spawned, killed, shown, beaten), strict=True))
    return {**found, yardsticks.BARE: whole(yardsticks.import_json())}


def _ours(home: str, *words: str) -> list[str]:
    return [COMMAND, "-C", home, *words]
