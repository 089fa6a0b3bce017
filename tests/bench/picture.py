"""From the start of the control room to its first full picture, against an empty Textual app."""

from tests.bench import yardsticks
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.room import last_name, open_room

RUNS, QUICK_RUNS = 9, 3
AIMS = {12: 1.4, 1_000: 2.0, 10_000: 4.0}


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Medians of both, turn and turn about."""
    ours: list[float] = []
    theirs: list[float] = []
    _once(bench), yardsticks.empty_app_picture()  # files and byte code into the cache
    for _ in range(QUICK_RUNS if quick else RUNS):
        ours.append(_once(bench) * 1000)
        theirs.append(yardsticks.empty_app_picture() * 1000)
    what = f"first picture, {bench.count:,} agents"
    return [Figure.of(what, ours, "ms", AIMS.get(bench.count), "empty Textual app", theirs, aim_is_ratio=True)]


def _once(bench: BenchHome) -> float:
    with open_room(bench) as room:
        return room.wait(last_name(bench)) - room.started
