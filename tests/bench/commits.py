"""Commits to one ledger by eight processes at once: how many a second, and whether every acknowledged one is there."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.values import replace
from swarm.verbs.init import init
from tests.bench.figures import Figure
from tests.bench.pty import environment

WRITERS = 8
SECONDS, QUICK_SECONDS = 8.0, 3.0
WRITER = "from tests.bench.commits import write; write()"
KEY = "bench"


def measure(*, quick: bool) -> list[Figure]:
    """Commits a second, and how many of the acknowledged are missing; beside it, one writer's file and fsync."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with tempfile.TemporaryDirectory(prefix="swarm-bench-ledger-", ignore_cleanup_errors=True) as directory:
        root = Path(directory) / "home"
        init(root)
        argv = [sys.executable, "-c", WRITER, os.fspath(root), str(seconds)]
        writers = [
            subprocess.Popen(argv, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(WRITERS)
        ]
        for writer in writers:
            _tell(writer)
        acknowledged = sum(_hear(writer) for writer in writers)
        count = Home.open(root).ledger.read().extra.get(KEY, 0)
        yard = _bare_writes(Path(directory) / "bare", seconds / 4)
    rate = acknowledged / seconds
    lost = acknowledged - count
    yardstick = "one writer: write, fsync, rename"
    return [
        Figure(f"ledger commits, {WRITERS} writers", rate, "/s", 50.0, yardstick, yard, more_is_better=True),
        Figure("ledger commits acknowledged and lost", lost, "", 0.0, samples=acknowledged, counted=True),
    ]


def _tell(writer: "subprocess.Popen[str]") -> None:
    """Lets a writer that is ready begin."""
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.stdin.write("go\n")
    writer.stdin.flush()


def _hear(writer: "subprocess.Popen[str]") -> int:
    """How many commits a writer says were acknowledged."""
    said, _ = writer.communicate(timeout=120)
    assert writer.returncode == 0, "a writer failed"
    return int(said)


def write() -> None:
    """One writer: adds one, again and again; says how often that was acknowledged. Its words: root, seconds."""
    root, seconds = sys.argv[1], float(sys.argv[2])
    ledger = Home.open(root, wait=30.0).ledger
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until:
        ledger.commit(_one_more, purpose="a bench")
        done += 1
    print(done, flush=True)


def _one_more(state: State) -> State:
    count = state.extra.get(KEY, 0)
    return replace(state, extra={**state.extra, KEY: count + 1})


def _bare_writes(directory: Path, seconds: float) -> float:
    """Files a second that one process makes safe and puts into their place, with nobody to wait for."""
    directory.mkdir()
    data = b"x" * 4096
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        fresh = directory / "fresh"
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(file, data)
        os.fsync(file)
        os.close(file)
        fresh.rename(directory / "state.json")
        done += 1
    return done / seconds
