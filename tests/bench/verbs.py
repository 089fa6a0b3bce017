"""What an agent calls many times an hour: `swarm-tui progress`."""

import os

from tests.bench import yardsticks
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.processes import whole
from tests.bench.room import COMMAND

RUNS, QUICK_RUNS = 41, 11
AIM = 1.6
WHY = "beside the bare Python it finds out who it is, reads the last lines, and makes the new one safe on the disk"


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Both as whole processes, turn and turn about; the agent's line must really be written."""
    agent = bench.live[0]
    own = {"SWARM_HOME": os.fspath(bench.root), "SWARM_AGENT": agent, "SWARM_SPAWN": "s-0"}
    ours: list[float] = []
    theirs: list[float] = []
    runs = QUICK_RUNS if quick else RUNS
    for number in range(runs + 1):
        ours.append(whole([COMMAND, "progress", f"Line {number} of the bench", "--outputs", "3"], own))
        theirs.append(whole(yardsticks.import_json()))
    assert f"Line {runs} of the bench" in bench.agent(agent).progress.read_text(), "progress.md was not written"
    # The first of each only filled the caches.
    return [
        Figure.of(
            "swarm-tui progress", ours[1:], "ms", AIM, yardsticks.BARE, theirs[1:], aim_is_ratio=True, reason=WHY
        ),
    ]
