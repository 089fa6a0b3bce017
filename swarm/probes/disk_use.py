"""Who fills the disk, and whose reports it did not take: looked for when there is little room, and only then."""

import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from swarm.home import disk
from swarm.model.causes import ProblemCode
from swarm.model.disk import Disk, Room
from swarm.model.snapshot import Problem
from swarm.model.values import replace
from swarm.protocol import unreported
from swarm.protocol.paths import AgentDir
from swarm.rules.disk import of_agent
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home

LOOK_S = 5.0
MEASURE_S = 30.0
MAX_ENTRIES = 50_000
"""Files of all agents together that are measured at most: a second of work in half a minute."""
LATELY_S = 900.0


class DiskUse:
    """Looks at the disk from time to time."""

    def __init__(self, home: "Home") -> None:
        self.home = home
        self.last = Disk()
        self._looked_at = float("-inf")
        self._measured_at = float("-inf")

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of those for whom something changed. everything: now, however long the last look is ago."""
        at = time.monotonic()
        if not everything and at - self._looked_at < LOOK_S:
            return set()
        self._looked_at = at
        found = disk.look(self.home.layout)
        short = found.room is not Room.ENOUGH
        if short and (everything or self.last.writers is None or at - self._measured_at >= MEASURE_S):
            self._measured_at = at
            found = replace(found, writers=self._measure(agents.values()))
        elif short:
            found = replace(found, writers=self.last.writers)
        self.last = found
        return {agent.id for agent in agents.values() if self._is_new(agent, short=short)}

    def _is_new(self, agent: TrackedAgent, *, short: bool) -> bool:
        before = agent.disk_words, agent.unreported
        agent.disk_words = of_agent(self.last, agent.id)
        if agent.directory is None or agent.over:
            agent.unreported = None
        elif short or agent.unreported is not None:  # a report fails where there is no room
            agent.unreported = unreported.read(AgentDir(Path(agent.directory.path)))
        return before != (agent.disk_words, agent.unreported)

    def _measure(self, agents: Iterable[TrackedAgent]) -> tuple[tuple[str, int, int], ...]:
        there = [agent for agent in agents if agent.directory is not None]
        own = {agent.directory.path for agent in there if agent.directory is not None}
        since = time.time() - LATELY_S
        left = MAX_ENTRIES
        found: list[tuple[str, int, int]] = []
        for agent in sorted(there, key=lambda each: each.over):  # who lives first: only they can be ended
            size, lately, seen = measure(self._places(agent), own, since, left)
            left -= seen
            found.append((agent.id, size, lately))
        return tuple(sorted(found, key=lambda each: (-each[1], each[0])))

    def _places(self, agent: TrackedAgent) -> list[str]:
        places = [agent.directory.path] if agent.directory is not None else []
        worktree = agent.known.worktree if agent.known is not None else None
        if worktree is not None:
            places.append(os.path.join(self.home.layout.root, worktree.path))
        return places


def problems_of_disk(agent: TrackedAgent) -> Iterator[Problem]:
    """What its row says of the disk: that it took much of it, and that it could not report."""
    if agent.disk_words:
        yield Problem(ProblemCode.DISK, agent.disk_words)
    if agent.unreported is not None:
        verb, at, why = agent.unreported
        yield Problem(ProblemCode.UNREPORTED, f"its {verb} of {at} was not written: {why}")


def measure(places: Iterable[str], others: Iterable[str], since: float, most: int) -> tuple[int, int, int]:
    """Adds up what lies in some directories, without following a link or leaving their disk.

    others: directories of other agents, which are left out. since: wall seconds from which on a file counts as written
    lately. most: how many files are looked at. Returns the bytes of all, those written lately, and how many files.
    """
    apart, size, lately, seen = frozenset(others), 0, 0, 0
    waiting = list(places)
    begun = frozenset(waiting)
    counted: set[tuple[int, int]] = set()
    while waiting and seen < most:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                seen += 1
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    if entry.path not in apart and entry.path not in begun and not os.path.ismount(entry.path):
                        waiting.append(entry.path)
                elif (found.st_dev, found.st_ino) not in counted:
                    counted.add((found.st_dev, found.st_ino))
                    size += found.st_blocks * 512
                    lately += found.st_blocks * 512 if found.st_mtime >= since else 0
    return size, lately, seen
