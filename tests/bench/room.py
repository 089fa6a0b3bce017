"""The control room as an operator opens it, in a pty, on a home of the bench."""

import os
import sys
from pathlib import Path

from tests.bench.homes import BenchHome
from tests.bench.pty import ROWS, Terminal

COMMAND = os.fspath(Path(sys.executable).with_name("swarm-tui"))
LAST_IN_SIGHT = 30
"""Of so many agents every one has its row in the first picture, whatever stands above and below the tree."""
assert LAST_IN_SIGHT < ROWS


def open_room(bench: BenchHome) -> Terminal:
    """Starts it; `last_name` of the picture says that it is there."""
    return Terminal([COMMAND, "-C", os.fspath(bench.root)])


def in_sight(bench: BenchHome) -> tuple[str, ...]:
    """Agents that have a row in the first picture. The cursor is on none of them."""
    return bench.ids[:LAST_IN_SIGHT]


def last_name(bench: BenchHome) -> str:
    """What the first picture shows last."""
    return name_of(in_sight(bench)[-1])


def wait_for_all(room: Terminal, bench: BenchHome, deadline: float = 120.0) -> None:
    """Until it shows rows, and has looked at every agent: the first rows of a large swarm come before that."""
    room.wait(last_name(bench), deadline=deadline)
    if bench.count >= 1_000:  # a smaller number could stand for something else
        room.wait(f"{bench.count:,}", deadline=deadline)


def name_of(agent: str) -> str:
    """The name of an agent as its row shows it."""
    return agent.rpartition("/")[2]
