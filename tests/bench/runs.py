"""bench.json: the runs of the bench, each under the commit that it measured."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from msgspec import DecodeError, Meta, Struct
from msgspec.json import decode, encode
from msgspec.json import format as laid_out

from swarm.store.reader import Unreadable, read_head
from swarm.store.writer import write_atomic
from tests.bench.figures import Figure

SCHEMA = 1
KEPT = 50
"""Runs in the file; the oldest goes first."""
LARGEST = 64 << 20
DIRTY = "+"
"""Behind the commit of a tree in which something is changed: what was measured is in no commit."""


class BadRuns(Exception):
    """A file that holds no runs of the bench; says which, why, and what to do."""


class Run(Struct, frozen=True):
    """One run: what was measured, where and when."""

    commit: str
    """The commit of the tree, with `+` behind it where the tree was changed; empty where git knows of none."""
    at: str
    machine: dict[str, str | int | float | None]
    argv: tuple[str, ...]
    figures: tuple[Figure, ...]
    load_after: float = 0.0

    @property
    def name(self) -> str:
        """What people call it."""
        dirty = DIRTY if self.commit.endswith(DIRTY) else ""
        return f"{self.commit[:9].removesuffix(DIRTY) or 'no commit'}{dirty} of {self.at[:16].replace('T', ' ')}"


class Runs(Struct, frozen=True):
    """The file: oldest run first."""

    schema: Annotated[int, Meta(ge=SCHEMA, le=SCHEMA)]
    runs: tuple[Run, ...] = ()


def read(path: Path) -> Runs:
    """What stands in a file of runs. Raises BadRuns where there is none, it is damaged, or it is something else."""
    try:
        found = read_head(path, LARGEST)
    except Unreadable as error:
        raise BadRuns(str(error)) from error
    if found is None:
        raise BadRuns(f"{path}: there is no such file; a run of the bench writes one (--json FILE)")
    if found.size > LARGEST:
        raise BadRuns(f"{path}: it is larger than {LARGEST >> 20} MiB, which no file of the bench is")
    try:
        return decode(found.data, type=Runs)
    except DecodeError as error:
        raise BadRuns(
            f"{path}: it is damaged, or no file of the bench: {error}; name another, or move it away"
        ) from error


def kept(path: Path) -> Runs:
    """The runs that a file holds to which one is to be added; none where there is no file yet. Raises BadRuns."""
    return read(path) if os.path.lexists(path) else Runs(SCHEMA)


def append(path: Path, before: Runs, run: Run) -> None:
    """Writes the file with one more run, and without the oldest where there are too many."""
    runs = (*before.runs, run)[-KEPT:]
    write_atomic(path, laid_out(encode(Runs(SCHEMA, runs)), indent=1) + b"\n")


def made(figures: Sequence[Figure], where: dict[str, str | int | float | None]) -> Run:
    """The run that just took place."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Run(commit(), now, where, tuple(sys.argv[1:]), tuple(figures), load())


def commit(tree: Path = Path(__file__).parents[2]) -> str:
    """The commit of a tree, with `+` behind it where anything in it differs from that; empty where git knows none."""
    try:
        head = _git(tree, "rev-parse", "HEAD").strip()
        return head + (DIRTY if _git(tree, "status", "--porcelain") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def machine() -> dict[str, str | int | float | None]:
    """What it is measured on, and how busy that is."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = (line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line)
        model = next(names, "")
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": model or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": load(),
    }


def load() -> float:
    """How many programs want a processor, over the last minute."""
    return round(os.getloadavg()[0], 2)


def _git(tree: Path, *words: str) -> str:
    argv = ["git", "-C", os.fspath(tree), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30).stdout
