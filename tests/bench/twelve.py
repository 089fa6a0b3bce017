"""Twelve real agents at once: how long until all have started, and what our part of the memory is."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.processes.members import marked
from tests.bench.figures import Figure
from tests.support.model_scripts import Hang, shell
from tests.support.model_server import model_server
from tests.support.program_home import KEY, ProgramHome, clean_environment, scratch
from tests.support.programs import PROGRAMS, missing
from tests.support.wait import wait_for

COUNT, QUICK_COUNT = 12, 4
START_S = 120.0
KEEPERS_MIB = 10.0


def measure(*, quick: bool) -> list[Figure]:
    """Seconds until the last has asked its model; proportional memory of keepers and of programs, each."""
    why = missing(PROGRAMS["claude"])
    if why:
        print(f"twelve agents at once: skipped, {why}", file=sys.stderr)
        return []
    count = QUICK_COUNT if quick else COUNT
    with _home() as home:
        home.use("claude", [shell("sleep 300"), Hang()])
        home.sized(COUNT + 4)
        began = time.monotonic()
        for number in range(count):
            home.start(f"worker-{number}", "claude")
        wait_for(lambda: len(home.models.seen("claude")) >= count, f"all {count} agents to ask their model", START_S)
        took = time.monotonic() - began
        records = [home.record(f"worker-{number}") for number in range(count)]
        keepers = [record.keeper.pid for record in records if record.keeper is not None]
        programs = [each.pid for record in records for each in marked(record.spawn_id) if each.pid not in keepers]
        ours, theirs = (sum(map(proportional_mib, pids)) / count for pids in (keepers, programs))
        home.swarm.kill([record.id for record in records], reason="it was measured", grace=0.0)
        bare = _bare(home, count)
    version = PROGRAMS["claude"].version
    return [
        Figure(
            f"{count} agents at once, until the last asks its model",
            took,
            "s",
            2.0,
            f"as many bare claude {version} at once",
            bare,
            aim_is_ratio=True,
            samples=count,
        ),
        Figure(
            f"our memory beside each of {count} agents", ours, "MiB", KEEPERS_MIB, f"claude {version} itself", theirs
        ),
    ]


def _bare(home: ProgramHome, count: int) -> float:
    """Seconds until the last of as many programs, started at once by nobody but a shell, asks its model."""
    url = home.models.play("bare", [Hang()])
    env = {**os.environ, "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
    env["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
    argv = [str(PROGRAMS["claude"].executable), "-p", "--setting-sources", "", "Do it."]
    null = subprocess.DEVNULL
    running: list[subprocess.Popen[bytes]] = []
    began = time.monotonic()
    try:
        for _ in range(count):
            running.append(subprocess.Popen(argv, env=env, cwd=home.user, stdin=null, stdout=null, stderr=null))
        wait_for(lambda: len(home.models.seen("bare")) >= count, f"{count} bare programs to ask", START_S)
        return time.monotonic() - began
    finally:
        for each in running:
            each.kill()
        for each in running:
            each.wait()


def proportional_mib(pid: int) -> float:
    """PSS of a process: what is shared counts in parts; 0 where it has just gone."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found is not None else 0.0


@contextmanager
def _home() -> Iterator[ProgramHome]:
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as directory, pytest.MonkeyPatch.context() as patch:
        user = Path(directory) / "user"
        user.mkdir()
        with model_server() as models, scratch() as temporary:
            clean_environment(patch, user, models, temporary)
            made = ProgramHome(Path(directory) / "home", user, models)
            try:
                yield made
            finally:
                made.end_everything()
