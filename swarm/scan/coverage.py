"""Whether events miss nothing: all that is wanted is watched, on file systems whose kernel hears of each change."""

import os
import time

from swarm.platform.mounts import file_systems, hears_all_changes, mount_table
from swarm.scan.fs_events import RECURSIVE, FsEvents


class Coverage:
    """What the events of one watch cover. Where it is in doubt they cover nothing, and scans look as often as ever."""

    def __init__(self, root: str) -> None:
        """root: the directory that holds the agents, or leads to them by links."""
        self._root = os.path.realpath(root)
        self._table = b""
        self._found: tuple[tuple[str, str], ...] = ()
        self._whole_since: float | None = None
        self.doubted = False
        """A scan has found what no event had told: they are relied on no more."""

    def quiet_since(self, events: FsEvents | None, *, followed: bool) -> float | None:
        """Monotonic seconds since when nothing happened in what is watched; None where events may miss something.

        followed: all directories that are wanted were handed to it. A queue that overflows does so while much happens:
        what was lost then happened before the last event that was heard.
        """
        if events is None or RECURSIVE or self.doubted or not (followed and events.complete and self._hears_all()):
            self._whole_since = None
            return None
        if self._whole_since is None:
            self._whole_since = time.monotonic()
        return max(self._whole_since, events.stirred_at)

    def _hears_all(self) -> bool:
        table = mount_table()
        if table != self._table:
            before, self._found = self._found, file_systems(table, self._root)
            self._table = table
            if before != self._found:  # another file system may have been laid over an agent
                self._whole_since = None
        return hears_all_changes(self._found)
