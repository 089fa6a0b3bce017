"""From a key pressed to the screen changed."""

import random
import time

from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.room import in_sight, name_of, open_room, wait_for_all

SAMPLES, QUICK_SAMPLES = 300, 60
PAUSE_S = (0.02, 0.1)
SETTLE_S = 4.0
AIMS_MS = {1_000: 40.0, 10_000: 60.0}
"""By agents: p99."""


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """The cursor goes down and up; the agent that it comes to is drawn anew in the tree, and named in the detail."""
    chance = random.Random(3)
    agents = in_sight(bench)
    at = -1  # the root
    took: list[float] = []
    with open_room(bench) as room:
        wait_for_all(room, bench)
        time.sleep(SETTLE_S)
        for _ in range(QUICK_SAMPLES if quick else SAMPLES):
            time.sleep(chance.uniform(*PAUSE_S))
            down = at <= 0 or (at < len(agents) - 1 and chance.random() < 0.6)
            at += 1 if down else -1
            mark = room.mark()
            pressed = time.perf_counter()
            room.press("j" if down else "k")
            took.append((room.wait(name_of(agents[at]), mark) - pressed) * 1000)
    what = f"key to screen, {bench.count:,} agents"
    return [
        Figure.of(f"{what}, p50", took, "ms"),
        Figure.of(f"{what}, p99", took, "ms", AIMS_MS.get(bench.count), share=0.99),
    ]
