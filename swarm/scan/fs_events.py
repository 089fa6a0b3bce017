"""Where news of changes comes from: inotify on Linux, watchfiles elsewhere. Hints only: the paced scan is the truth."""

import errno
import os
import select
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from swarm.protocol.names import UNSEARCHED
from swarm.protocol.paths import Layout
from swarm.scan.directory import KNOWN_FILES

TOLD = frozenset({*KNOWN_FILES, "state.json", "heartbeats.jsonl"})
"""File names whose changes are worth a look."""


class Heard(NamedTuple):
    """What came in. paths: files and directories that changed. missed: something was lost, so look at everything."""

    paths: frozenset[str] = frozenset()
    missed: bool = False


NOTHING = Heard()


class HintsLost(Exception):
    """No more hints will come; the message says why."""


class Hints(Protocol):
    """A source of hints. One thread waits; any thread may wake it."""

    @property
    def stale(self) -> bool:
        """Directories that it listened to have gone or moved: `follow` has to be called again."""
        ...

    def follow(self, directories: Sequence[str]) -> tuple[list[str], str]:
        """Listens to exactly these directories, most important first.

        Returns those that it did not listen to before, and why it cannot listen to all ('' where it can).
        """
        ...

    def wait(self, timeout: float) -> Heard:
        """What happened, as soon as something did; NOTHING after `timeout` seconds or when woken. Raises HintsLost."""
        ...

    def wake(self) -> None:
        """Ends a `wait`."""
        ...

    def close(self) -> None:
        """Gives back what it holds."""
        ...


def open_hints(layout: Layout) -> Hints:
    """The best source of hints on this machine; raises HintsLost where there is none."""
    return InotifyHints(layout) if sys.platform == "linux" else WatchfilesHints(layout)


class InotifyHints:
    """inotify, directory by directory: hints come at once, and nothing is spent while nothing changes.

    We add the watches ourselves, for directories that a scan has seen: so no link is followed, floods in logs and
    work trees wake nobody, and any bytes may be a name.
    """

    def __init__(self, layout: Layout) -> None:
        from inotify_simple import INotify, flags  # only where it exists

        try:
            self._inotify: Any = INotify(nonblocking=True)
        except OSError as error:
            raise HintsLost(_limit_words(error)) from error
        self._flags: Any = flags
        self._mask = int(
            flags.MODIFY
            | flags.ATTRIB
            | flags.CREATE
            | flags.DELETE
            | flags.MOVED_FROM
            | flags.MOVED_TO
            | flags.DELETE_SELF
            | flags.MOVE_SELF
            | flags.ONLYDIR
            | flags.DONT_FOLLOW
            | flags.EXCL_UNLINK
        )
        self.stale = False
        self._told = TOLD | {layout.agents.name}  # whatever takes the place of the agents, a link too
        self._paths: dict[int, str] = {}
        self._watches: dict[str, int] = {}
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._inotify.fileno(), select.POLLIN)
        self._poll.register(self._wake_read, select.POLLIN)

    def follow(self, directories: Sequence[str]) -> tuple[list[str], str]:
        self.stale = False
        for path in self._watches.keys() - set(directories):
            self._drop(path)
        fresh: list[str] = []
        for place, path in enumerate(directories):
            if path in self._watches:
                continue
            try:
                watch = self._inotify.add_watch(path, self._mask)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.ENOMEM):
                    return fresh, f"{place} of {len(directories)} directories: {_limit_words(error)}"
                continue  # gone again, or not ours to watch: the scan says so
            renamed = self._paths.get(watch)
            if renamed is not None:
                self._watches.pop(renamed, None)
            self._paths[watch], self._watches[path] = path, watch
            fresh.append(path)
        return fresh, ""

    def wait(self, timeout: float) -> Heard:
        try:
            ready = self._poll.poll(max(0.0, timeout) * 1000)
            for descriptor, _ in ready:
                if descriptor == self._wake_read:
                    os.read(self._wake_read, 4096)
            return self._heard(self._inotify.read(timeout=0)) if ready else NOTHING
        except BlockingIOError:
            return NOTHING
        except OSError as error:
            raise HintsLost(_limit_words(error)) from error

    def _heard(self, events: Iterable[Any]) -> Heard:
        flags = self._flags
        paths: set[str] = set()
        missed = False
        for watch, mask, _, name in events:
            if mask & flags.Q_OVERFLOW:
                missed = True
                continue
            path = self._paths.get(watch)
            if path is None:
                continue
            if mask & (flags.IGNORED | flags.DELETE_SELF | flags.MOVE_SELF | flags.UNMOUNT):
                # Whatever bears this path next is another directory.
                self._drop(path)
                self.stale = True
                paths.update((path, os.path.dirname(path)))
            elif name in self._told or (mask & flags.ISDIR and not mask & (flags.ATTRIB | flags.MODIFY)):
                paths.add(f"{path}/{name}")
            elif not name:
                paths.add(path)
        return Heard(frozenset(paths), missed)

    def _drop(self, path: str) -> None:
        watch = self._watches.pop(path, None)
        if watch is not None and self._paths.pop(watch, None) is not None:
            try:
                self._inotify.rm_watch(watch)
            except OSError:  # the kernel has let go of it already
                return

    def wake(self) -> None:
        try:
            os.write(self._wake_write, b"!")
        except BlockingIOError:  # it has been woken often enough
            return

    def close(self) -> None:
        self._inotify.close()
        os.close(self._wake_read)
        os.close(self._wake_write)


class WatchfilesHints:
    """watchfiles: the system's own recursive watch (FSEvents on a Mac), asked every ten milliseconds."""

    STEP_MS = 10
    MODIFIED = 2
    stale = False

    def __init__(self, layout: Layout) -> None:
        from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

        self._errors: tuple[type[Exception], ...] = (OSError, RuntimeError, WatchfilesRustInternalError)
        self._woken = threading.Event()
        # Its parent, so that agents that are swapped for others are seen. The system tells real paths.
        self._root = os.fspath(layout.agents.parent)
        self._real_root = os.path.realpath(self._root)
        try:
            self._notify = RustNotify(
                watch_paths=[self._root],
                debug=False,
                force_polling=False,
                poll_delay_ms=0,
                recursive=True,
                ignore_permission_denied=True,
            )
        except self._errors as error:
            raise HintsLost(str(error)) from error

    def follow(self, directories: Sequence[str]) -> tuple[list[str], str]:  # noqa: ARG002 - it hears of all of them
        return [], ""

    def wait(self, timeout: float) -> Heard:
        try:
            changes = self._notify.watch(2 * self.STEP_MS, self.STEP_MS, max(1, int(timeout * 1000)), self._woken)
        except self._errors as error:
            raise HintsLost(str(error)) from error
        self._woken.clear()
        if not isinstance(changes, set):
            return NOTHING
        return Heard(frozenset(self._as_ours(path) for kind, path in changes if self._matters(kind, path)))

    def _matters(self, kind: int, path: str) -> bool:
        parts = path[len(self._real_root) :].split(os.sep)
        return UNSEARCHED.isdisjoint(parts) and (parts[-1] in TOLD or kind != self.MODIFIED)

    def _as_ours(self, path: str) -> str:
        inside = path.startswith(self._real_root + os.sep)
        return self._root + path[len(self._real_root) :] if inside else path

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self._notify.close()


def _limit_words(error: OSError) -> str:
    if error.errno == errno.EMFILE:
        return "no more event sources may be opened (fs.inotify.max_user_instances)"
    if error.errno == errno.ENOSPC:
        return "no more directories may be watched (fs.inotify.max_user_watches)"
    return error.strerror or str(error)
