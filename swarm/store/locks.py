"""The kernel's lock on a file, with the holder's name written inside; nobody ever breaks one by hand."""

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from swarm.errors import Busy, HomeError, SwarmError
from swarm.store import syscalls

HOLDER_BYTES = 4096


class LockMissing(HomeError):
    """The lock file is not there: it is made once, by `init`, and never deleted."""

    code = "lock-missing"


class NoLocks(SwarmError):
    """The file system has no locks at all."""

    code = "no-locks"


class FileLock:
    """`with FileLock(path, deadline_s, purpose):` holds the exclusive lock of an existing file.

    deadline_s: seconds of waiting, after which Busy is raised that names the holder and for how long it has held.
    purpose: what for, in a few words, for whoever waits. Raises LockMissing, NoLocks, Busy, HomeError.
    """

    def __init__(self, path: Path, deadline_s: float, purpose: str) -> None:
        self.path = path
        self.deadline_s = deadline_s
        self.purpose = purpose
        self._descriptor = -1

    def __enter__(self) -> Self:
        give_up = time.monotonic() + self.deadline_s
        pause = 0.001
        while True:
            descriptor = self._open()
            try:
                while not self._try(descriptor):
                    if time.monotonic() >= give_up:
                        raise self._busy()
                    # Jitter, or waiters that met once meet at every try.
                    jitter = 0.5 + os.urandom(1)[0] / 256
                    time.sleep(max(0.0, min(pause * jitter, give_up - time.monotonic())))
                    pause = min(pause * 1.5, 0.03)
                if self._is_current(descriptor):
                    self._descriptor, descriptor = descriptor, -1
                    self._sign()
                    return self
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
            if time.monotonic() >= give_up:
                raise self._busy()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):
            syscalls.truncate(descriptor, 0)
        os.close(descriptor)  # the last descriptor of this opening: the kernel lets go of the lock

    @property
    def is_current(self) -> bool:
        """Whether the file at `path` is still the one that is locked, and not another that took its name."""
        return self._is_current(self._descriptor)

    def _open(self) -> int:
        try:
            parent = syscalls.open_directory(self.path.parent)
            try:
                descriptor = syscalls.open_write(self.path.name, parent)
            finally:
                os.close(parent)
        except FileNotFoundError as error:
            raise LockMissing(
                f"{str(self.path)!r} is missing.",
                "The lock file is made by `swarm-tui init` and never deleted.",
                "Make it again with: swarm-tui doctor --rebuild",
            ) from error
        except OSError as error:
            raise self._refusal(error.strerror or str(error), error.errno) from error
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            os.close(descriptor)
            raise self._refusal("It is not a regular file with one name", None)
        return descriptor

    def _refusal(self, why: str, number: int | None) -> HomeError:
        if number == errno.ELOOP or (number == errno.ENOTDIR and self.path.parent.is_symlink()):
            why = "It is a link"
        code = "read-only" if number in (errno.EACCES, errno.EPERM, errno.EROFS) else "damaged"
        return HomeError(f"The lock {str(self.path)!r} cannot be used.", f"{why}.", code=code)

    def _try(self, descriptor: int) -> bool:
        try:
            return syscalls.lock(descriptor)
        except OSError as error:
            if error.errno in syscalls.NO_LOCKS:
                raise NoLocks(f"There are no locks on the file system of {str(self.path)!r}.") from error
            raise self._refusal(error.strerror or str(error), error.errno) from error

    def _is_current(self, descriptor: int) -> bool:
        try:
            there = os.stat(self.path, follow_symlinks=False)
        except OSError:
            return False
        mine = os.fstat(descriptor)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def _sign(self) -> None:
        who = {"pid": os.getpid(), "host": os.uname().nodename, "since": time.time(), "purpose": self.purpose[:200]}
        line = json.dumps(who).encode() + b"\n"
        with suppress(OSError):  # a full disk: the lock holds without the name
            syscalls.truncate(self._descriptor, 0)
            syscalls.write(self._descriptor, line)

    def _busy(self) -> Busy:
        who = holder(self.path)
        if who is None:
            return Busy("Somebody else holds the ledger's lock.", f"Waited {self.deadline_s:g} s.", "Try again.")
        age = max(0.0, time.time() - who["since"])
        return Busy(
            f"Process {who['pid']} on {who['host']} holds the ledger's lock.",
            f"It is at {who['purpose']!r} since {age:.0f} s; waited {self.deadline_s:g} s.",
            f"Try again; where it is stopped or hangs, look at it with: ps -o pid,stat,args -p {who['pid']}",
        )


def holder(path: Path) -> dict[str, Any] | None:
    """Who wrote itself into a lock file: {pid, host, since, purpose}; None where nobody did. A hint, never proof."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        value = json.loads(os.pread(descriptor, HOLDER_BYTES, 0))
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        os.close(descriptor)
    if not isinstance(value, dict) or type(value.get("pid")) is not int or type(value.get("since")) is not float:
        return None
    return {
        "pid": value["pid"],
        "host": str(value.get("host", "")),
        "since": value["since"],
        "purpose": str(value.get("purpose", "")),
    }


_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
PAUSE_S = 0.01


@contextmanager
def held(path: Path, wait: float) -> Iterator[bool]:
    """Holds the lock for the block; yields False where somebody else kept it for `wait` seconds.

    A file system without locks goes without. Raises OSError where the file cannot be made or is a link.
    """
    deadline = time.monotonic() + wait
    descriptor = os.open(path, _FLAGS, 0o600)
    try:
        while not (mine := _try(descriptor)) and time.monotonic() < deadline:
            time.sleep(PAUSE_S)
        yield mine
    finally:
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
