"""The memory of a control room through days of the demo, in which agents come, end and are put away."""

import time

from tests.bench.figures import Figure
from tests.bench.idle import resident_mib
from tests.bench.pty import Terminal
from tests.bench.room import COMMAND

SPEED = 240
WARM_S, WATCHED_S = 300.0, 3300.0
"""Until its histories are full, and after that: in all ten days of the demo."""
QUICK_WARM_S, QUICK_WATCHED_S = 240.0, 360.0
AIM_MIB = 5.0


def measure(*, quick: bool) -> list[Figure]:
    """Resident memory at the end, and what of it came after its histories were full."""
    warm, watched = (QUICK_WARM_S, QUICK_WATCHED_S) if quick else (WARM_S, WATCHED_S)
    days = (warm + watched) * SPEED / 86_400
    with Terminal([COMMAND, "demo", "--speed", str(SPEED)]) as room:
        room.wait("any other key begins", deadline=120.0)
        room.press(" ")
        room.wait("idea-alpha", deadline=120.0)
        time.sleep(warm)
        before = resident_mib(room.pid)
        time.sleep(watched)
        after = resident_mib(room.pid)
    return [
        Figure(f"memory after {days:.1f} days of the demo", after, "MiB"),
        Figure(f"its growth in the last {watched * SPEED / 86_400:.1f} of them", after - before, "MiB", AIM_MIB),
    ]
