"""Speaking to a running program: words into its channel, and the order to its keeper to close it. Light, for hooks too.

The caller needs only the directory of the agent, and need not have started it.
"""

import errno
import fcntl
import os
import stat
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from swarm.errors import Code, SwarmError
from swarm.protocol.paths import AgentDir
from swarm.store import locks, reader, syscalls
from swarm.store.jsonio import Invalid

WAIT_S = 5.0
"""Seconds that a writer waits for another one, and for a program that is slow to read."""
FINISH_S = 60.0
"""Seconds more for words that are half written: only where a system cannot tell beforehand whether they fit."""
MAX_BYTES = 1 << 20
"""What fits into a channel that was made as wide as Linux lets a user, so that it goes in whole or not at all."""
PAGE = 4096
_GET_SIZE = getattr(fcntl, "F_GETPIPE_SZ", 1032)
_SET_SIZE = getattr(fcntl, "F_SETPIPE_SZ", 1031)
_UNREAD = 0x541B
_LINUX = sys.platform.startswith("linux")
STRANGER = "Another program has put a file in its place: look at it."
_DEAF = (errno.ENOENT, errno.ENXIO, errno.EPIPE, errno.ENOTDIR)
"""There is no channel, or no process has its other end."""


def tell(agent: AgentDir, data: bytes, *, wait: float = WAIT_S) -> None:
    """Writes `data` into the program's channel: all of it, never mixed with what others write, or nothing.

    wait: seconds that it may take. Raises SwarmError `channel` where no program listens, it does not read, or it is too
    long.
    """
    if len(data) > MAX_BYTES:
        raise _no(f"{len(data)} bytes are more than go into a channel at once ({MAX_BYTES}).", "Say it in fewer words.")
    deadline = time.monotonic() + wait
    with _opened(agent.channel) as channel, _locked(agent.channel_lock, deadline):
        if _LINUX:
            _wait_for_room(channel, len(data), deadline)
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(channel, rest) :]
            except BlockingIOError:
                # What was begun is finished, where it can be: half a line spoils the one after it.
                if time.monotonic() > deadline + (0.0 if len(rest) == len(data) else FINISH_S):
                    raise _full() from None
                time.sleep(0.01)


def close(agent: AgentDir) -> None:
    """Has the keeper close the channel: the program reads its end, finishes its turn, and ends.

    Raises SwarmError `channel` where no keeper listens. One that is closed already stays so.
    """
    with _opened(agent.keeper_orders) as orders:
        try:
            os.write(orders, b"c")
        except OSError as error:
            raise _because(error) from error


def is_open(agent: AgentDir) -> bool:
    """Whether a program listens at this moment."""
    try:
        with _opened(agent.channel):
            return True
    except SwarmError:
        return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        with reader.directory(path.parent) as run:
            named = stat.S_ISFIFO(os.stat(path.name, dir_fd=run, follow_symlinks=False).st_mode)
            descriptor = syscalls.open_pipe(path.name, run) if named else _held_end(path, os.fstat(run))
    except OSError as error:
        raise _because(error) from error
    except reader.Unreadable as error:
        raise _no(f"{error}") from error
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            raise _no(f"{str(path)!r} is not a FIFO.", STRANGER)
        yield descriptor
    finally:
        os.close(descriptor)


def _held_end(path: Path, place: os.stat_result) -> int:
    """A descriptor of the end that the note at this path tells of; raises OSError, Unreadable, SwarmError `channel`.

    place: of the directory that the note lies in.
    """
    try:
        note = reader.read_json(path) or {}
    except Invalid:
        note = {}
    found = [note.get(key) for key in ("keeper", "end", "device", "inode")]
    keeper, end, device, inode = (each if isinstance(each, int) and 0 <= each < 2**64 else -1 for each in found)
    if min(keeper, end, device, inode) < 0:
        raise _no(f"{str(path)!r} is not a FIFO, and no note of one.", STRANGER)
    if note.get("in") != [place.st_dev, place.st_ino]:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))  # a copy: it is another's keeper
    return syscalls.open_end(keeper, end, device, inode)


@contextmanager
def _locked(path: Path, deadline: float) -> Iterator[None]:
    """We alone write."""
    try:
        with locks.held(path, max(0.0, deadline - time.monotonic())) as mine:
            if not mine:
                raise _no("Another process is writing into its channel, and does not come to an end.")
            yield
    except OSError as error:
        raise _because(error) from error


def _wait_for_room(channel: int, size: int, deadline: float) -> None:
    """Waits until all of it goes in at once. Linux alone can tell."""
    while True:
        capacity = fcntl.fcntl(channel, _GET_SIZE)
        unread = _unread(channel)
        # Words that came in small pieces may fill their pages by half only, and the first and last by less.
        taken = PAGE * (2 * unread // PAGE + 3) if unread else 0
        if size <= capacity - taken:
            return
        if size > capacity - 3 * PAGE and not _widen(channel, size + 3 * PAGE):
            raise _no(f"{size} bytes are more than go into its channel at once ({capacity}).")
        if time.monotonic() > deadline:
            raise _full()
        time.sleep(0.01)


def _widen(channel: int, size: int) -> bool:
    """Gives a channel room for so many bytes at once; False where the system refuses."""
    try:
        return fcntl.fcntl(channel, _SET_SIZE, size) >= size
    except OSError:
        return False


def _unread(channel: int) -> int:
    answer = struct.pack("i", 0)
    with suppress(OSError):
        answer = fcntl.ioctl(channel, _UNREAD, answer)
    return int(struct.unpack("i", answer)[0])


def _because(error: OSError) -> SwarmError:
    if error.errno in _DEAF:
        return _no("No program listens: it has ended, was told to end, or takes no words while it runs.")
    return _no(f"{error.strerror or error}.")


def _full() -> SwarmError:
    return _no("Its program has not read what was said before.", "It may hang: look at its log.")


def _no(why: str, hint: str = "A message in its inbox waits until it looks: swarm-tui message ID TEXT") -> SwarmError:
    return SwarmError("The agent's program cannot be spoken to.", why, hint, code=Code.CHANNEL)
