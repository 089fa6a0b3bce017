"""The last words of a long progress.md, in the forms that agents keep it."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from swarm.protocol.paths import AgentDir
from swarm.protocol.progress import read_progress
from tests.bench.figures import Figure

ENTRIES = 5_000
RUNS, QUICK_RUNS = 15, 5
AIM_MS = 100.0
FORMS: dict[str, Callable[[int], str]] = {
    "lines": lambda n: f"{_stamp(n)} - [outputs {n}] page {n} of {ENTRIES} read\n",
    "headings": lambda n: f"## {_stamp(n)}\n\n- read page {n}\n- wrote it down\n\n",
    "tables": lambda n: f"| {_stamp(n)} | page {n} | read |\n",
}


def measure(*, quick: bool) -> list[Figure]:
    """Medians of the processor time of reading what a scan reads of it: its end."""
    figures = []
    with tempfile.TemporaryDirectory() as place:
        agent = AgentDir(Path(place))
        for form, entry in FORMS.items():
            agent.progress.write_text("".join(map(entry, range(ENTRIES))))
            took = []
            for _ in range(QUICK_RUNS if quick else RUNS):
                began = time.process_time()
                progress = read_progress(agent)
                took.append((time.process_time() - began) * 1000)
                assert progress.last is not None, "nothing is read"
                assert str(ENTRIES - 1) in progress.last.sentence, "the last word is not read"
            what = f"reading progress.md, {ENTRIES:,} entries as {form}"
            figures.append(Figure.of(what, took, "ms", AIM_MS))
    return figures


def _stamp(n: int) -> str:
    return f"2026-02-{1 + n // 1440 % 28:02d} {n // 60 % 24:02d}:{n % 60:02d}"
