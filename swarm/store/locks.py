"""Takes the kernel's lock on a file. The kernel releases it when the holder ends; no code breaks it."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from swarm.errors import Busy, Code, HomeError, SwarmError
from swarm.store import reader, syscalls, writer

HOLDER_BYTES = 4096
LONGEST_PAUSE_S = 0.03
OpenFile = Callable[[str, int], int]
"""Opens a name in a directory that is open; one of `syscalls`."""


class LockMissing(HomeError):
    """The lock file is not there: it is made once, by `init`, and never deleted."""

    code = Code.LOCK_MISSING


class NoLocks(SwarmError):
    """The file system has no locks at all."""

    code = Code.NO_LOCKS


def acquire(path: Path, wait_s: float, open_file: OpenFile, *, lockless: bool = False) -> int | None:
    """A descriptor of the file at `path` whose exclusive lock is ours until it is closed.

    wait_s: seconds of waiting, after which the answer is None. open_file: how it is opened, and whether it is made.
    lockless: on a file system that has no locks, go on without one; else NoLocks is raised.
    Raises OSError, and Unreadable where it is not a regular file with one name.
    """
    give_up = time.monotonic() + wait_s
    pause = 0.001
    while True:
        with reader.directory(path.parent) as parent:
            descriptor = open_file(path.name, parent)
        try:
            writer.check_appendable(path, descriptor)
            while not _try(path, descriptor, lockless=lockless):
                if time.monotonic() >= give_up:
                    return None
                # Jitter: two waiters that tried at once must not try at once again.
                jitter = 0.5 + os.urandom(1)[0] / 256
                time.sleep(max(0.0, min(pause * jitter, give_up - time.monotonic())))
                pause = min(pause * 1.5, LONGEST_PAUSE_S)
            # Another file may have taken the name while we waited: then it is that one which others lock.
            if _is_at(path, descriptor):
                mine, descriptor = descriptor, -1
                return mine
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        if time.monotonic() >= give_up:
            return None


@contextmanager
def held(path: Path, wait_s: float) -> Iterator[bool]:
    """Holds a lock for the block; yields False where another process kept it for `wait_s` seconds.

    The file is made where there is none. A file system without locks goes without. Raises OSError, Unreadable.
    """
    descriptor = acquire(path, wait_s, partial(syscalls.open_append, mode=0o600), lockless=True)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


class FileLock:
    """`with FileLock(path, deadline_s, purpose):` holds the lock of an existing file, and says so inside it.

    deadline_s: seconds of waiting, after which Busy is raised that names the holder and for how long it has held.
    purpose: what for, in a few words, for the process that waits. Raises LockMissing, NoLocks, Busy, HomeError.
    """

    def __init__(self, path: Path, deadline_s: float, purpose: str) -> None:
        self.path = path
        self.deadline_s = deadline_s
        self.purpose = purpose
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            descriptor = acquire(self.path, self.deadline_s, syscalls.open_write)
        except FileNotFoundError as error:
            raise LockMissing(
                f"{str(self.path)!r} is missing.",
                "The lock file is made by `swarm-tui init` and never deleted.",
                "Make it again with: swarm-tui doctor --rebuild",
            ) from error
        except (OSError, reader.Unreadable) as error:
            raise self._refusal(error) from error
        if descriptor is None:
            raise self._busy()
        self._descriptor = descriptor
        self._sign()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):
            syscalls.truncate(descriptor, 0)
        os.close(descriptor)  # the last descriptor of this opening: the kernel lets go of the lock

    def _refusal(self, error: OSError | reader.Unreadable) -> HomeError:
        title = f"The lock {str(self.path)!r} cannot be used."
        if isinstance(error, OSError) and error.errno in writer.OF_THE_DISK:
            said = writer.explain(error, self.path)
            return HomeError(title, f"{error.strerror or error}.", said.hint, code=said.code)
        cause = error if isinstance(error, reader.Unreadable) else reader.unreadable(self.path, error)
        return HomeError(title, cause.detail, code=Code.DAMAGED)

    def _sign(self) -> None:
        who = {"pid": os.getpid(), "host": os.uname().nodename, "since": time.time(), "purpose": self.purpose[:200]}
        line = json.dumps(who).encode() + b"\n"
        with suppress(OSError):  # a full disk: the lock holds without the name
            syscalls.truncate(self._descriptor, 0)
            syscalls.write(self._descriptor, line)

    def _busy(self) -> Busy:
        who = holder(self.path)
        if who is None:
            return Busy("Another process holds the ledger's lock.", f"Waited {self.deadline_s:g} s.", "Try again.")
        age = max(0.0, time.time() - who["since"])
        return Busy(
            f"Process {who['pid']} on {who['host']} holds the ledger's lock.",
            f"It is at {who['purpose']!r} since {age:.0f} s; waited {self.deadline_s:g} s.",
            f"Try again; where it is stopped or hangs, look at it with: ps -o pid,stat,args -p {who['pid']}",
        )


def holder(path: Path) -> dict[str, Any] | None:
    """The process that wrote itself into a lock file, unproved: {pid, host, since, purpose}; None where none did."""
    try:
        value = reader.read_json(path, HOLDER_BYTES)
    except SwarmError:
        return None
    if value is None or type(value.get("pid")) is not int or type(value.get("since")) is not float:
        return None
    return {
        "pid": value["pid"],
        "host": str(value.get("host", "")),
        "since": value["since"],
        "purpose": str(value.get("purpose", "")),
    }


def _try(path: Path, descriptor: int, *, lockless: bool) -> bool:
    try:
        return syscalls.lock(descriptor)
    except OSError as error:
        if error.errno not in syscalls.NO_LOCKS:
            raise
        if lockless:
            return True
        raise NoLocks(f"There are no locks on the file system of {str(path)!r}.") from error


def _is_at(path: Path, descriptor: int) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    return False
