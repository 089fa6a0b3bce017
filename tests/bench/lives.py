"""From a spawn to the program running, and from a kill to the proof that nothing is left."""

import os
import signal
import subprocess
import time
from pathlib import Path

from swarm.api import Swarm
from swarm.model.requests import SpawnRequest
from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.pty import environment
from tests.bench.room import COMMAND

RUNS, QUICK_RUNS = 15, 4
KINDS = ("spawn", "kill", "bare spawn", "bare kill", "spawn verb", "kill verb")
# The program's first act: the hour, in nanoseconds, into a file. Then it sleeps, and does not ignore TERM.
PROGRAM = ("sh", "-c", 'date +%s%N > "$0.new" && mv "$0.new" "$0" && exec sleep 1000')


def measure(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Medians: of the engine, as the control room calls it; of the command line; and of a bare process."""
    swarm = Swarm.open(bench.root)
    took: dict[str, list[float]] = {name: [] for name in KINDS}
    for number in range(QUICK_RUNS if quick else RUNS):
        _engine(bench, swarm, f"engine-{number}", took)
        _bare(bench, f"bare-{number}", took)
        _verbs(bench, f"verb-{number}", took)
    took = {name: [seconds * 1000 for seconds in each] for name, each in took.items()}
    asked = (
        ("spawn to program running", "spawn", 250.0, "bare spawn"),
        ("kill to verified gone", "kill", 100.0, "bare kill"),
        ("swarm-tui spawn to program running", "spawn verb", None, "bare spawn"),
        ("swarm-tui kill, start to end", "kill verb", None, "bare kill"),
    )
    words = {"bare spawn": "a bare process", "bare kill": "TERM and wait"}
    return [Figure.of(what, took[ours], "ms", aim, words[bare], took[bare]) for what, ours, aim, bare in asked]


def _engine(bench: BenchHome, swarm: Swarm, name: str, took: dict[str, list[float]]) -> None:
    sign = bench.root / f"{name}.started"
    began = time.time()
    spawned = swarm.spawn(SpawnRequest(name, "worker", "It is measured.", command=(*PROGRAM, os.fspath(sign))))
    took["spawn"].append(_told(sign) - began)
    ordered = time.perf_counter()
    report = swarm.kill([spawned.agent], reason="it was measured")
    took["kill"].append(time.perf_counter() - ordered)
    assert report.gone, f"{report} left something"


def _bare(bench: BenchHome, name: str, took: dict[str, list[float]]) -> None:
    sign = bench.root / f"{name}.started"
    began = time.time()
    process = subprocess.Popen([*PROGRAM, os.fspath(sign)])
    took["bare spawn"].append(_told(sign) - began)
    ordered = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait()
    took["bare kill"].append(time.perf_counter() - ordered)


def _verbs(bench: BenchHome, name: str, took: dict[str, list[float]]) -> None:
    sign = bench.root / f"{name}.started"
    ours = [COMMAND, "-C", os.fspath(bench.root)]
    began = time.time()
    words = [*ours, "spawn", name, "--role", "worker", "--task", "It is measured.", "--", *PROGRAM, os.fspath(sign)]
    subprocess.run(words, env=environment(), stdout=subprocess.DEVNULL, check=True)
    took["spawn verb"].append(_told(sign) - began)
    ordered = time.perf_counter()
    words = [*ours, "kill", name, "--yes", "--reason", "it was measured"]
    subprocess.run(words, env=environment(), stdout=subprocess.DEVNULL, check=True)
    took["kill verb"].append(time.perf_counter() - ordered)


def _told(sign: Path, deadline: float = 20.0) -> float:
    """The wall time that the program wrote down."""
    give_up = time.monotonic() + deadline
    while not sign.exists():
        assert time.monotonic() < give_up, f"the program behind {sign.name} did not start"
        time.sleep(0.002)
    return int(sign.read_text()) / 1e9
