"""Processor and memory of an open control room in whose home nothing happens."""

import os
import re
import time
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.homes import BenchHome
from tests.bench.room import open_room, wait_for_all

SETTLE_S = 8.0
STILL_S = {12: 75.0, 1_000: 75.0, 10_000: 150.0}
"""Until a room has found that nothing happens: it has looked at everything since, and no agent has written anything."""
WATCHED_S = 30.0
"""Twice as long as from one look of the heartbeat between two beats to the next."""
AIMS_CPU = {12: 0.8, 1_000: 1.2, 10_000: 2.0}
AIMS_MEMORY = {12: 55.0, 1_000: 70.0, 10_000: 130.0}
WHY_MEMORY = (
    "record, spec, report and last lines of each agent are held as values, with its row 8 KiB: by them a look compares"
)


WHY_IDLE = (
    "each second the ledger is read, processes and outputs are looked at in loops over all agents, and a line is drawn"
)


def processor(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Per cent of a core, with the screen shown, once nothing has happened for a while: a room is open for weeks."""
    del quick
    with open_room(bench) as room:
        wait_for_all(room, bench)
        time.sleep(STILL_S.get(bench.count, SETTLE_S))
        before, began = cpu_seconds(room.pid), time.monotonic()
        time.sleep(WATCHED_S)
        used, took = cpu_seconds(room.pid) - before, time.monotonic() - began
    what = f"processor while nothing happens, {bench.count:,} agents"
    return [Figure(what, used / took * 100, "%", AIMS_CPU.get(bench.count), reason=WHY_IDLE)]


def memory(bench: BenchHome, *, quick: bool) -> list[Figure]:
    """Resident memory once everything has been looked at twice."""
    with open_room(bench) as room:
        wait_for_all(room, bench)
        time.sleep(SETTLE_S / 2 if quick else SETTLE_S)
        resident = resident_mib(room.pid)
    return [Figure(f"memory, {bench.count:,} agents", resident, "MiB", AIMS_MEMORY.get(bench.count), reason=WHY_MEMORY)]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """VmRSS of a process."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None, "the kernel names no VmRSS"
    return int(found[1]) / 1024
