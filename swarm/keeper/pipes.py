"""The channel into a program: its standard input as a FIFO that stays open, and a FIFO of orders for the keeper.

Both lie in `.run` and are its owner's alone. The keeper holds the writing end of the channel, and never a reading one:
so words reach the program however often control rooms come and go, and a writer gets an error when the program has
stopped reading.

On Linux both lose their names as soon as they are open, and a note in their place says where the keeper has its ends. A
writer opens those below /proc, which agents in a sandbox do not have: a disk that is read-only to them closes no FIFO.
"""

from __future__ import annotations

import os

from swarm.keeper.jsonfile import open_directory, write_atomic

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # `signal` costs the keeper a megabyte of enums
CHANNEL = "stdin"
ORDERS = "orders"
LOCK = "stdin.lock"
"""A writer into the channel holds its lock: two at once would mix their words."""
CLOSE = b"c"
NOWHERE = -1
_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
WRITABLE = 4
"""POLLOUT, the same on every system that has poll."""


class Channel:
    """The ends of a channel that was just made. reads: for the program; writes, orders: for the keeper."""

    __slots__ = ("_rest", "lock", "orders", "reads", "writes")

    def __init__(self, directory: int, first: bytes) -> None:
        """Makes the FIFOs and puts `first` into the channel, as much as fits; raises OSError."""
        self.lock = self.reads = self.writes = self.orders = NOWHERE
        self._rest = memoryview(first)
        run = open_directory(".run", directory)
        try:
            for name in (CHANNEL, ORDERS, LOCK):
                _forget(name, run)
            self.lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, dir_fd=run)
            _hold(self.lock)
            for name in (CHANNEL, ORDERS):
                _make(name, run)
            self.reads = os.open(CHANNEL, os.O_RDONLY | _FLAGS, dir_fd=run)
            self.writes = os.open(CHANNEL, os.O_WRONLY | _FLAGS, dir_fd=run)
            self.orders = os.open(ORDERS, os.O_RDWR | _FLAGS, dir_fd=run)  # a writer too, so that it never ends
            for name, end in ((CHANNEL, self.writes), (ORDERS, self.orders)):
                _take_name(name, end, run)
        except OSError:
            self.let_go()
            raise
        finally:
            os.close(run)
        os.set_blocking(self.reads, True)
        self._push()

    def _push(self) -> None:
        """Writes what fits; raises BrokenPipeError where the program has closed its end."""
        while self._rest:
            try:
                self._rest = self._rest[os.write(self.writes, self._rest) :]
            except BlockingIOError:
                return

    def started(self) -> None:
        """The program has its end: ours is closed, so that its end can be told."""
        self._shut("reads")

    def finish(self) -> None:
        """Writes the rest of the first words as the program reads them, then others may write.

        Leaves off where the program does not read any more, and where the engine orders the keeper to end it.
        """
        import select

        poll = select.poll()
        poll.register(self.writes, WRITABLE)
        try:
            while self._rest and signal.SIGTERM not in signal.sigpending():
                poll.poll(200)
                self._push()
        except BrokenPipeError:
            self._rest = memoryview(b"")
        self._shut("lock")

    def let_go(self) -> None:
        """Closes all ends: nothing was started."""
        for name in ("lock", "reads", "writes", "orders"):
            self._shut(name)

    def _shut(self, name: str) -> None:
        descriptor: int = getattr(self, name)
        if descriptor != NOWHERE:
            setattr(self, name, NOWHERE)
            os.close(descriptor)


def _make(name: str, run: int) -> None:
    if os.mkfifo in os.supports_dir_fd:
        os.mkfifo(name, 0o600, dir_fd=run)
        return
    os.fchdir(run)  # the keeper has one thread, so the change of directory misleads no other
    try:
        os.mkfifo(name, 0o600)
    finally:
        os.chdir("/")


def _take_name(name: str, end: int, run: int) -> None:
    """A note takes the place of a FIFO, where others find the keeper's end without its name.

    It names the directory that it lies in, so that the note in a copy of the home speaks to nobody.
    """
    if os.path.exists(f"/proc/self/fd/{end}"):
        pipe, place = os.fstat(end), os.fstat(run)
        note = {"keeper": os.getpid(), "end": end, "device": pipe.st_dev, "inode": pipe.st_ino}
        write_atomic(name, {**note, "in": [place.st_dev, place.st_ino]}, run, sync=False)


def _hold(descriptor: int) -> None:
    """The lock is ours at once: the file was made a moment ago. A file system without locks goes without."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return


def remove(directory: int, *names: str) -> None:
    """Removes the FIFOs, or those of these names, so that a writer finds that the program does not listen."""
    try:
        run = open_directory(".run", directory)
    except OSError:
        return  # with the agent's directory went its channel
    try:
        for name in names or (CHANNEL, ORDERS):
            try:
                _forget(name, run)
            except OSError:
                continue
    finally:
        os.close(run)


def _forget(name: str, run: int) -> None:
    try:
        os.unlink(name, dir_fd=run)
    except FileNotFoundError:
        return


def heard(orders: int) -> bytes:
    """What was ordered since the last look."""
    try:
        return os.read(orders, 512)
    except OSError:
        return b""
