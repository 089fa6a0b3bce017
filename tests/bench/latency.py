"""From progress.md written to its row on the terminal; and the same while a thousand others write."""

import random
import string
import threading
import time

from tests.bench import yardsticks
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.pty import Terminal
from tests.bench.room import in_sight, open_room, wait_for_all

SAMPLES, QUICK_SAMPLES = 300, 60
PAUSE_S = (0.02, 0.1)
"""Between two writes: long enough that they do not melt into one picture, and never in step with any timer."""
SETTLE_S = 6.0
WRITES_PER_SECOND = 200
AIMS_MS = {12: (12.0, 20.0), 1_000: (12.0, 25.0)}
AIMS_ELSEWHERE_MS = {10_000: (18.0, 50.0)}
"""By agents: p50 and p99."""


WHY_FIRST = "the first word after a silence waits for the watch's next step, up to 100 ms: shorter ones cost processor"
WHY_STORM = (
    "what is heard of 200 writes a second shares one interpreter with what draws, and a look holds it for tens of ms"
)


def measure(bench: BenchHome, *, quick: bool, elsewhere: bool = False) -> list[Figure]:
    """p50 and p99 of both. elsewhere: 200 writes a second to other agents meanwhile."""
    with yardsticks.tail_f() as tail, open_room(bench) as room:
        wait_for_all(room, bench)
        time.sleep(SETTLE_S)
        noise = Noise(bench) if elsewhere else None
        if noise is not None:
            noise.start()
        try:
            ours, theirs = _sample(bench, room, tail, QUICK_SAMPLES if quick else SAMPLES)
        finally:
            if noise is not None:
                noise.stop()
    what = f"write to row, {bench.count:,} agents"
    if noise is not None:
        # One name for every run that came near enough; where the machine could not, it is another row.
        near = abs(noise.rate - WRITES_PER_SECOND) < WRITES_PER_SECOND / 10
        what += f", {WRITES_PER_SECOND if near else noise.rate:.0f} writes/s elsewhere"
    p50, p99 = (AIMS_ELSEWHERE_MS if elsewhere else AIMS_MS).get(bench.count, (None, None))
    return [
        Figure.of(f"{what}, p50", ours, "ms", p50, "tail -f, p50", theirs, reason=WHY_STORM if elsewhere else ""),
        Figure.of(
            f"{what}, p99",
            ours,
            "ms",
            p99,
            "tail -f, p99",
            theirs,
            share=0.99,
            reason=WHY_STORM if elsewhere else WHY_FIRST,
        ),
    ]


def _sample(bench: BenchHome, room: Terminal, tail: yardsticks.TailF, samples: int) -> tuple[list[float], list[float]]:
    """Milliseconds of both, turn and turn about."""
    chance = random.Random(1)
    targets = in_sight(bench)[1:]
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(samples):
        word = f"word-{number:06d}"
        time.sleep(chance.uniform(*PAUSE_S))
        mark = room.mark()
        written = bench.say(chance.choice(targets), f"{word} {some_words(chance)}")
        ours.append((room.wait(word, mark) - written) * 1000)
        time.sleep(chance.uniform(*PAUSE_S) / 4)
        theirs.append(tail.once() * 1000)
    return ours, theirs


def some_words(chance: random.Random) -> str:
    """What an agent says that gets on: one that says the same again and again is warned of in its row, not quoted."""
    return " ".join("".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(4))


class Noise:
    """A thread that writes 200 lines a second to living agents that are not in sight."""

    def __init__(self, bench: BenchHome) -> None:
        self._bench = bench
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._written = 0
        self._began = self._ended = 0.0

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._ended = time.monotonic()

    @property
    def rate(self) -> float:
        """Writes a second, as it came out."""
        return self._written / max(1e-9, self._ended - self._began)

    def _run(self) -> None:
        hidden = self._bench.live[len(in_sight(self._bench)) :]
        chance = random.Random(2)
        while not self._stopped.is_set():
            self._bench.say(chance.choice(hidden), some_words(chance))
            self._written += 1
            ahead = self._began + self._written / WRITES_PER_SECOND - time.monotonic()
            if ahead > 0:
                self._stopped.wait(ahead)
