"""Ending what a scan finds, where no keeper can: stopped on sight, then killed, until two looks find nothing."""

import time
from collections.abc import Callable
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import NamedTuple

from swarm import platform
from swarm.platform.process_info import Stat
from swarm.processes.members import COMMAND_LENGTH

Look = Callable[[], list[Stat]]


class Found(NamedTuple):
    """One process that was found beside the program."""

    pid: int
    command: str
    """Its command line, raw and bounded: clean it before it is shown."""
    how: str
    """`TERM` or `KILL`: what ended it; or why it is still there."""


class Sweep(NamedTuple):
    """What a sweep did. clean: two looks found nothing any more."""

    clean: bool
    found: tuple[Found, ...]
    left: tuple[Found, ...]


def sweep(look: Look, *, seconds: float) -> Sweep:
    """Ends everything that `look` finds, and what it finds after that, for at most so many seconds."""
    deadline = time.monotonic() + seconds
    found: dict[tuple[int, int], Found] = {}
    left: dict[tuple[int, int], Found] = {}
    looks = 0
    while looks < 2 and time.monotonic() < deadline:
        caught = _catch(lambda: _without(look(), left), left, deadline)
        looks = 0 if caught else looks + 1
        for stat in caught:
            killed = named(stat, "KILL")
            if signal(stat, SIGKILL, left):
                found[stat.pid, stat.ticks] = killed
        for stat in caught:
            if not platform.wait_gone(stat.pid, stat.ticks, max(0.0, deadline - time.monotonic())):
                found.pop((stat.pid, stat.ticks), None)
                left[stat.pid, stat.ticks] = named(stat, "does not end: the kernel holds it")
    return Sweep(looks >= 2 and not left, tuple(found.values()), tuple(left.values()))


def release(look: Look) -> list[Stat]:
    """Lets everything go on that `look` finds stopped, children first: a shell must not see its children stopped."""
    stopped = [stat for stat in reversed(look()) if stat.state in ("T", "t")]
    return [stat for stat in stopped if signal(stat, SIGCONT)]


def signal(stat: Stat, number: int, left: dict[tuple[int, int], Found] | None = None) -> bool:
    """Signals this process; one that may not be signalled is noted in `left`."""
    try:
        return platform.signal(stat.pid, stat.ticks, number)
    except PermissionError:
        if left is not None:
            left[stat.pid, stat.ticks] = named(stat, "runs as another user: not permitted")
        return False


def _catch(look: Look, left: dict[tuple[int, int], Found], deadline: float) -> list[Stat]:
    """Stops all that is found, and whom they started meanwhile, until nobody new is there."""
    caught: dict[tuple[int, int], Stat] = {}
    while time.monotonic() < deadline:
        new = [stat for stat in look() if (stat.pid, stat.ticks) not in caught]
        if not new:
            break
        for stat in new:
            caught[stat.pid, stat.ticks] = stat
            signal(stat, SIGSTOP, left)
    return _without(list(caught.values()), left)


def _without(stats: list[Stat], left: dict[tuple[int, int], Found]) -> list[Stat]:
    return [stat for stat in stats if (stat.pid, stat.ticks) not in left]


def named(stat: Stat, how: str) -> Found:
    """This process, and how it ended or why it did not."""
    return Found(stat.pid, platform.command(stat.pid)[:COMMAND_LENGTH], how)
