"""From the start of the control room to its first rows, and to its whole tree, against an empty Textual app."""

from collections.abc import Iterable

from tests.bench import yardsticks
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.room import last_name, open_room

RUNS, QUICK_RUNS = 9, 3
DEADLINE_S = 120.0
FIRST_ROWS = {12: 1.4, 1_000: 1.5, 10_000: 1.7}
WHOLE_TREE = {1_000: 2.0, 10_000: 4.0}
YARDSTICK = "empty Textual app"
WHY_FIRST = "an empty app spends its time on imports of Textual alone, and ours has the engine's besides"
WHY_WHOLE = "every agent's directory is listed and two to five files of it are opened, at 0.5 ms or more in one thread"


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Medians of each, turn and turn about. In a small swarm the first rows are the whole tree."""
    rows: list[float] = []
    trees: list[float] = []
    empty: list[float] = []
    _once(bench), yardsticks.empty_app_picture()  # files and byte code into the cache
    for _ in range(QUICK_RUNS if quick else RUNS):
        first, whole = _once(bench)
        rows.append(first * 1000)
        trees.append(whole * 1000)
        empty.append(yardsticks.empty_app_picture() * 1000)
    count = bench.count
    figures = [_figure(f"first rows, {count:,} agents", rows, empty, FIRST_ROWS.get(count), WHY_FIRST)]
    if count > 12:
        figures.append(_figure(f"whole tree, {count:,} agents", trees, empty, WHOLE_TREE.get(count), WHY_WHOLE))
    return figures


def _figure(what: str, ours: list[float], theirs: list[float], aim: float | None, why: str) -> Figure:
    return Figure.of(what, ours, "ms", aim, YARDSTICK, theirs, aim_is_ratio=True, reason=why)


def _once(bench: BenchHome) -> Iterable[float]:
    """Seconds to the last row in sight, and until the list says that it has all agents."""
    with open_room(bench) as room:
        first = room.wait(last_name(bench), deadline=DEADLINE_S) - room.started
        if bench.count <= 12:
            return first, first
        return first, room.wait(f"{bench.count:,}", deadline=DEADLINE_S) - room.started
