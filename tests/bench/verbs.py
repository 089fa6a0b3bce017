"""What an agent calls many times an hour: `swarm-tui progress`."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence

from tests.bench import yardsticks
from tests.bench.figures import Figure, median
from tests.bench.homes import BenchHome
from tests.bench.pty import environment
from tests.bench.room import COMMAND

RUNS, QUICK_RUNS = 41, 11


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Medians of both, turn and turn about; the agent's line must really be written."""
    agent = bench.live[0]
    own = {"SWARM_HOME": os.fspath(bench.root), "SWARM_AGENT": agent, "SWARM_SPAWN": "s-0"}
    ours: list[float] = []
    theirs: list[float] = []
    runs = QUICK_RUNS if quick else RUNS
    for number in range(runs + 1):
        ours.append(_run([COMMAND, "progress", f"Line {number} of the bench", "--outputs", "3"], own))
        theirs.append(_run(yardsticks.import_json(), {}))
    assert f"Line {runs} of the bench" in bench.agent(agent).progress.read_text(), "progress.md was not written"
    # The first of each only filled the caches.
    took, bare = median(ours[1:]), median(theirs[1:])
    name = "python -c 'import json'"
    return [Figure("swarm-tui progress", took, "ms", 3.0, name, bare, aim_is_ratio=True, samples=runs)]


def _run(argv: Sequence[str], more: Mapping[str, str]) -> float:
    """Milliseconds that a command takes."""
    env = environment(more)
    began = time.perf_counter()
    subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000
