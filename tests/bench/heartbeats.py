"""A whole heartbeat, from its claim to its record, by a process that has been looking at the home."""

import json
import time

from msgspec import to_builtins

from swarm.heartbeat import temp_files
from swarm.heartbeat.beat import beat
from swarm.scan.scanner import Scanner
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome

LIVE, ENDED = 200, 5_000
RUNS, QUICK_RUNS = 15, 5
WARM = 60
"""Looks before the first: by then every text of five thousand agents was examined."""
AIM_MS = 300.0
AGE_S = 3600.0


def measure(*, quick: bool) -> list[Figure]:
    """Heartbeats over agents of which most have ended and are in the ledger still; beside it, `json.dumps` of all."""
    ours: list[float] = []
    theirs: list[float] = []
    with BenchHome(1 + LIVE + ENDED, live=LIVE, kept=True) as bench:
        scanner = Scanner(bench.home)
        beat(bench.home, by="bench", force=True, scanner=scanner)  # its first look reads everything
        for _ in range(WARM):
            snapshot = scanner.full()
        plain = to_builtins(snapshot)
        for _ in range(QUICK_RUNS if quick else RUNS):
            scanner.paced()
            # As though its agents had been made long ago: the times of their directories cannot be set back.
            temp_files._swept[scanner] = time.time() + AGE_S
            began = time.perf_counter()
            beat(bench.home, by="bench", force=True, scanner=scanner)
            ours.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            json.dumps(plain)
            theirs.append((time.perf_counter() - began) * 1000)
    what = f"whole heartbeat, {LIVE} live and {ENDED:,} ended agents"
    reason = "it looks at each file of every agent that has ended, too (31,000 calls of stat): the scan is the truth"
    return [Figure.of(what, ours, "ms", AIM_MS, "json.dumps of the same snapshot", theirs, reason=reason)]
