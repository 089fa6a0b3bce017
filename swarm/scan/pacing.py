"""What a paced scan looks at: each time where something lives, from time to time the rest; in parts."""

import time
from collections.abc import Callable, Mapping

from swarm.tracking.files import FILES
from swarm.tracking.tree import Directory, Tree

THOROUGH_S = 4.0
"""At least so often everything is looked at, what has long ended too; seldomer where that takes long."""
THOROUGH_SHARE = 50.0
YOUNG_NS = 60_000_000_000
PART = 64
"""Directories that are looked at in one go: a few milliseconds, for which events have to wait."""
Wanted = Mapping[str, frozenset[str] | None]
"""Directory id -> the files in it that are looked at; None for those that grow."""


class Pacing:
    """The parts of a paced scan, one after the other; when all were looked at, it begins anew."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.brisk: set[str] = set()
        """Ids of directories that every round looks at."""
        self._left: list[str] = []
        self._cost = 0.0
        self._thorough = False
        self._thorough_at = float("-inf")
        self._thorough_cost = 0.0

    @property
    def unfinished(self) -> bool:
        """The round under way has not looked at everything yet."""
        return bool(self._left)

    def next_part(self) -> Wanted:
        """What is to be looked at next; begins a round where none is under way."""
        if not self._left:
            waited = time.monotonic() - self._thorough_at
            self._thorough = waited >= max(THOROUGH_S, THOROUGH_SHARE * self._thorough_cost)
            self._left = list(self.tree.directories if self._thorough else self.brisk)
            self._cost = 0.0
        part, self._left = self._left[:PART], self._left[PART:]
        return dict.fromkeys(part, FILES if self._thorough else None)

    def took(self, cost: float, lives: Callable[[str], bool]) -> None:
        """A part took `cost` seconds. lives: whether the agent of an id is one that goes on changing."""
        self._cost += cost
        if self._thorough and not self._left:
            self.end_thorough(self._cost, lives)

    def end_thorough(self, cost: float, lives: Callable[[str], bool]) -> None:
        """Everything has been looked at, in `cost` seconds: notes what every round looks at from now on."""
        self._thorough_at, self._thorough_cost = time.monotonic(), cost
        young = time.time_ns() - YOUNG_NS
        self.brisk = {
            known for known, found in self.tree.directories.items() if _is_young(found, young) or lives(known)
        }

    def order(self) -> list[Directory]:
        """All directories, those first that every round looks at, the upper ones first among them."""
        known = self.tree.directories
        brisk = sorted((known[each] for each in self.brisk if each in known), key=lambda found: found.depth)
        return brisk + [found for each, found in known.items() if each not in self.brisk]


def _is_young(directory: Directory, young: int) -> bool:
    return directory.parent is None or (directory.key is not None and directory.key[2] > young)
