"""What a paced scan looks at: each time where something lives, from time to time the rest; in parts.

While nothing happens where events miss nothing (coverage.py), it looks at files less often: they would have told. What
no event tells of it looks at in each round: files that have other names elsewhere, and all that is not a file here.
"""

import time
from collections.abc import Callable, Mapping

from swarm.model.time import Now
from swarm.tracking.files import FILES
from swarm.tracking.tree import Directory, Tree

THOROUGH_S = 4.0
"""At least so often everything is looked at, what has long ended too; seldomer where that takes long."""
THOROUGH_SHARE = 50.0
CALM_S, CALM_SHARE = 30.0, 500.0
"""The same while it is calm."""
SETTLE_S = 2.5
"""Seconds after the last event from which on a look at everything shows a calm: longer than any file's clock ticks."""
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
        self.linked: set[str] = set()
        """Ids of directories with files that have another name elsewhere, by which they may change without an event."""
        self.quiet_since: float | None = None
        """Monotonic seconds since when events tell of each change, and told of none; None while they do not."""
        self.surprised = False
        """The last part found that something had changed, in a calm."""
        self.still_at = Now(0.0, 0.0)
        """Until when nothing had happened in the last calm."""
        self._was_calm = False
        self._left: list[str] = []
        self._cost = 0.0
        self._thorough = False
        self._thorough_at = float("-inf")
        self._thorough_cost = 0.0
        self._began = self._seen_at = float("-inf")
        """When the last look at everything began; and the last one that came to its end."""

    @property
    def calm(self) -> bool:
        """Everything was looked at since something last happened, and events tell when something does."""
        return self.quiet_since is not None and self._seen_at >= self.quiet_since + SETTLE_S

    @property
    def unfinished(self) -> bool:
        """The round under way has not looked at everything yet."""
        return bool(self._left)

    def next_part(self) -> Wanted:
        """What is to be looked at next; begins a round where none is under way."""
        if not self._left:
            now, calm = time.monotonic(), self.calm
            pause, share = (CALM_S, CALM_SHARE) if calm else (THOROUGH_S, THOROUGH_SHARE)
            self._thorough = now - self._thorough_at >= max(pause, share * self._thorough_cost)
            self._left = list(self.tree.directories if self._thorough else self.linked if calm else self.brisk)
            self._cost = 0.0
            if self._thorough:
                self._began = now
        self._was_calm = self.calm
        part, self._left = self._left[:PART], self._left[PART:]
        return dict.fromkeys(part, FILES if self._thorough else None)

    def took(self, cost: float, lives: Callable[[str], bool], *, found: bool, now: Now) -> None:
        """A part took `cost` seconds. lives: whether the agent of an id is one that goes on changing.

        found: whether files or directories were not as they had been at the look before. now: when it looked.
        """
        self._cost += cost
        self.surprised = self._was_calm and found
        if self._was_calm and not found:
            self.still_at = now
        if self._thorough and not self._left:
            self.end_thorough(self._cost, lives)

    def end_thorough(self, cost: float, lives: Callable[[str], bool]) -> None:
        """Everything has been looked at, in `cost` seconds: notes what every round looks at from now on.

        cost: 0 of the first look, which reads every file and says nothing of the next.
        """
        self._thorough_at, self._thorough_cost = time.monotonic(), cost
        self._seen_at = self._began
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
