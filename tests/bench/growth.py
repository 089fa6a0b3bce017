"""How cost grows with the number of agents: a look at all of them, the plan, an idle second on the screen, memory."""

import time
from collections.abc import Callable, Iterator

from swarm.config.checked import parse_policy
from swarm.home.context import Home
from swarm.protocol.paths import Layout
from swarm.rules.plan import plan
from swarm.scan.scanner import Scanner
from tests.bench import idle
from tests.bench.figures import Figure, Growth
from tests.bench.homes import BenchHome
from tests.bench.room import open_room, wait_for_all
from tests.support.swarms import NOW, many

SIZES = (10, 100, 1_000, 10_000)
HARDLY_ANY = 2
"""With so few agents a control room is measured to know what it costs without them."""
LOOKS, QUICK_LOOKS = 5, 2
WATCHED_S, QUICK_WATCHED_S = 20.0, 10.0


def measure(home_of: Callable[[int], BenchHome], *, quick: bool) -> list[Figure]:
    """For each size the whole cost, in time of the processor; `Growth` says what part of it is there without agents."""
    bare = _room(home_of(HARDLY_ANY), quick=quick)
    figures: list[Figure] = []
    for count in SIZES:
        bench = home_of(count)
        figures += _looks(bench, QUICK_LOOKS if quick else LOOKS)
        figures.append(_plan(count, quick=quick))
        room = _room(bench, quick=quick)
        for (of, value), base, unit in zip(room.items(), bare.values(), ("ms", "MiB"), strict=True):
            figures.append(Figure(_name(of, count), value, unit, growth=Growth(of, count, base)))
    return figures


def _name(of: str, count: int) -> str:
    return f"{of}, {count:,} agents"


def _looks(bench: BenchHome, looks: int) -> Iterator[Figure]:
    """Processor time of a first look at a home, and of one that finds nothing new."""
    first, again = [], []
    for _ in range(looks):
        scanner = Scanner(Home.open(Layout(bench.root)))
        first.append(_ms(scanner.full))
        again.append(_ms(scanner.full))
    for of, took in (("first look", first), ("look again", again)):
        yield Figure.of(_name(of, bench.count), took, "ms", growth=Growth(of, bench.count))


def _plan(count: int, *, quick: bool) -> Figure:
    snapshot, policy = many(count), parse_policy("[slots]\nmax = 1000")
    took = [_ms(lambda: plan(snapshot, policy, NOW)) for _ in range(QUICK_LOOKS if quick else LOOKS)]
    return Figure.of(_name("plan", count), took, "ms", growth=Growth("plan", count))


def _room(bench: BenchHome, *, quick: bool) -> dict[str, float]:
    """Milliseconds of processor in a second in which nothing happens, and MiB that are resident."""
    with open_room(bench) as room:
        wait_for_all(room, bench)
        time.sleep(idle.SETTLE_S)
        seconds = QUICK_WATCHED_S if quick else WATCHED_S
        before = idle.cpu_seconds(room.pid)
        time.sleep(seconds)
        used = idle.cpu_seconds(room.pid) - before
        return {"idle second": used / seconds * 1000, "memory": idle.resident_mib(room.pid)}


def _ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000
