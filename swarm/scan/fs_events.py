"""Events of changed files: watchfiles over the directories that a scan has seen. The scan stays the truth."""

import os
import stat
import sys
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING, cast

from swarm.protocol.names import UNSEARCHED
from swarm.protocol.paths import Layout
from swarm.tracking.files import KNOWN_FILES

if TYPE_CHECKING:
    from watchfiles import Change

WORTH_A_LOOK = frozenset({*KNOWN_FILES, "state.json", "heartbeats.jsonl"})
"""File names whose changes are worth a look."""
RECURSIVE = sys.platform == "darwin"
"""FSEvents watches whole trees: its stream over one directory costs what one over all of them does, and a stream over
many paths is made anew for each of them and runs out of descriptors. inotify watches directory by directory."""
SHORTEST_MS, LONGEST_MS = 1, 100
STEPS_A_SILENCE = 100
"""watchfiles looks every step for what has come in. A step is a hundredth of how long nothing has: 1 ms (2.4 % of a
core) while events come, 10 ms when there was none for a second, 100 ms (0.2 %) after ten: what an agent writes after a
long silence must not wait to be seen."""
WAKE_MS = 250
"""At the latest so long after it is woken a wait ends; a stop ends it within a step. Shorter ones cost processor."""
TRIES = 3
RELEASE_S = 0.1
"""A watch that was closed lets go of its directories a moment later: the most important must not be refused for it."""
NOTHING: frozenset[str] = frozenset()


class EventsLost(Exception):
    """No more events will come; the message says why."""


class Milliseconds:
    """A number that may change between two waits: watchfiles asks for its value, as of any index, at each."""

    def __init__(self) -> None:
        self.value = SHORTEST_MS

    def __index__(self) -> int:
        return self.value


def step_after(silence: float) -> int:
    """The step of a watch, in milliseconds, that has heard nothing for so many seconds."""
    return min(max(SHORTEST_MS, int(silence * 1000) // STEPS_A_SILENCE), LONGEST_MS)


class FsEvents:
    """What changes in some directories, as soon as it does. One thread uses it; any may set `woken` and `stopped`.

    Only directories that a scan has seen are watched, each by itself: so no link is followed, and floods in logs and
    work trees wake no scan.
    """

    def __init__(self, layout: Layout, woken: threading.Event, stopped: threading.Event) -> None:
        self._woken, self._stopped = woken, stopped
        self._root = os.fspath(layout.agents.parent)
        self._real_root = os.path.realpath(self._root)
        self._names = WORTH_A_LOOK | {layout.agents.name}  # whatever takes the place of the agents, a link too
        self._step, self._timeout = Milliseconds(), Milliseconds()
        self._changes: Generator[set[tuple[Change, str]], None, None] | None = None
        self._watched: set[str] = set()
        self._lost: set[str] = set()
        """Watched directories that were moved, removed or made since: what bears such a path now is not watched."""
        self._short = ""
        """Why not all that is wanted is watched."""
        self._late: frozenset[str] = NOTHING
        """What the watch before this one still heard."""
        self._heard_at = self.stirred_at = time.monotonic()
        """When something was heard that is worth a look; and when anything was, in monotonic seconds."""
        self._all_wanted = False

    @property
    def complete(self) -> bool:
        """All directories that were last asked for are watched, and none of them has gone since."""
        return self._changes is not None and self._all_wanted and not self._lost and not self._short

    @property
    def stale(self) -> bool:
        """Watched directories have gone or moved: `follow` has to be called again."""
        return bool(self._lost)

    def follow(self, directories: Sequence[str]) -> tuple[list[str], str]:
        """Watches these directories, most important first.

        Returns those that it did not watch before, and why it cannot watch all ('' where it can). Raises EventsLost.
        """
        self._forget_lost()
        wanted = [path for path in directories if _is_utf8(path)]
        fresh = [path for path in wanted if path not in self._watched]
        if RECURSIVE and self._changes is not None:
            self._watched.update(fresh)
        elif fresh or self._changes is None:
            fresh = self._reopen(wanted, fresh)
        self._all_wanted = len(wanted) == len(directories)
        odd = "" if self._all_wanted else "directories whose names are UTF-8"
        return fresh, self._short or odd

    def wait(self, timeout: float) -> frozenset[str]:
        """The paths of what changed, as soon as something did; none after `timeout` seconds or when woken.

        Raises EventsLost.
        """
        deadline = time.monotonic() + timeout
        while True:
            if self._late:
                heard, self._late = self._late, NOTHING
                return heard
            now = time.monotonic()
            left = max(SHORTEST_MS, int((deadline - now) * 1000))
            self._timeout.value = min(left, WAKE_MS)
            self._step.value = min(step_after(now - self._heard_at), left)
            if heard := self._heard(self._next()):
                self._heard_at = time.monotonic()
                return heard
            if self._woken.is_set() or self._stopped.is_set() or time.monotonic() >= deadline:
                return NOTHING

    def close(self) -> None:
        """Gives back what it holds."""
        changes, self._changes = self._changes, None
        self._watched.clear()
        if changes is not None:
            changes.close()

    def _next(self) -> "set[tuple[Change, str]]":
        if self._changes is None:
            raise EventsLost("nothing is watched")
        try:
            return next(self._changes)
        except (OSError, RuntimeError, StopIteration) as error:  # it has ended itself: a name that is not UTF-8, say
            if self._stopped.is_set():
                return set()
            raise EventsLost(str(error) or "the watch has ended") from error

    def _heard(self, changes: "Iterable[tuple[Change, str]]") -> frozenset[str]:
        from watchfiles import Change

        if changes:
            self.stirred_at = time.monotonic()
        heard: set[str] = set()
        for kind, real_path in changes:
            path = self._as_ours(real_path)
            if not UNSEARCHED.isdisjoint(path[len(self._root) :].split(os.sep)):
                continue
            known = path in self._watched
            if known and kind is not Change.modified:
                self._lost.add(path)
                heard.add(os.path.dirname(path))
            if known or os.path.basename(path) in self._names or (kind is Change.added and _is_directory(path)):
                heard.add(path)
        return frozenset(heard)

    def _as_ours(self, path: str) -> str:
        """A path as our scans spell it: FSEvents tells real ones."""
        inside = path.startswith(self._real_root + os.sep)
        return self._root + path[len(self._real_root) :] if inside else path

    def _forget_lost(self) -> None:
        """Whatever lay below a directory that is lost is not watched any more either."""
        if self._lost:
            below = tuple(path + os.sep for path in self._lost)
            self._watched = {path for path in self._watched - self._lost if not path.startswith(below)}
            self._lost.clear()

    def _reopen(self, wanted: list[str], fresh: list[str]) -> list[str]:
        """Watches what is wanted now; returns the directories whose changes so far may not have been heard."""
        before, known = self._changes, self._watched
        self._watched = set(wanted)
        paths = [self._root] if RECURSIVE else [path for path in wanted if path in known or _is_directory(path)]
        # The new watch is open before the old one closes, so that nothing falls between the two.
        limit = self._open_all(paths)
        if before is not None:
            self._late |= self._last_of(before)
            before.close()
            if limit:  # what the old one held may be just what is missing
                time.sleep(RELEASE_S)
                limit, fresh = self._open_all(paths), wanted
        if limit:
            time.sleep(RELEASE_S)
            self._open(paths, tolerant=True)
            limit = f"some of {len(wanted):,} directories: {limit} (fs.inotify.max_user_watches)"
        self._short = limit
        return fresh

    def _open_all(self, paths: list[str]) -> str:
        """Opens a watch over everything that can be watched; returns the system's words where it allows no more."""
        for _ in range(TRIES):
            try:
                self._open(paths, tolerant=False)
            except (FileNotFoundError, PermissionError):  # gone again, or not ours to watch: the scan says so
                paths = [path for path in paths if _is_directory(path)]
            except OSError as error:
                return str(error).partition(" about ")[0].rstrip(".")
            else:
                return ""
        self._open(paths, tolerant=True)
        return ""

    def _open(self, paths: list[str], *, tolerant: bool) -> None:
        """Opens a watch. tolerant: it leaves out what it cannot watch, without a word. Raises OSError, EventsLost."""
        from watchfiles import watch  # with anyio and all: only who watches pays for it

        changes = watch(
            *paths,
            watch_filter=None,
            debounce=0,
            step=cast("int", self._step),
            stop_event=self._stopped,
            rust_timeout=cast("int", self._timeout),
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,  # the paced scan is what polls
            recursive=RECURSIVE,
            ignore_permission_denied=tolerant,
        )
        self._step.value = self._timeout.value = SHORTEST_MS
        try:
            first = next(changes)  # this is what opens it
        except (RuntimeError, StopIteration) as error:
            raise EventsLost(str(error) or "stopped") from error
        self._changes = changes
        self._late |= self._heard(first)

    def _last_of(self, before: "Generator[set[tuple[Change, str]], None, None]") -> frozenset[str]:
        """What a watch has heard that is about to be closed; where it fails, what it watched counts as changed."""
        self._step.value = self._timeout.value = SHORTEST_MS
        try:
            return self._heard(next(before))
        except (OSError, RuntimeError, StopIteration):
            return frozenset(self._watched)


def _is_utf8(path: str) -> bool:
    """Whether watchfiles can be told this path."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_directory(path: str) -> bool:
    """Whether a directory bears this path itself, not by a link, and may be watched."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode) and os.access(path, os.R_OK)
    except OSError:
        return False
