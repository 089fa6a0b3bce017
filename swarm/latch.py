"""A kernel lock for a moment, on a file in an agent's `.run` that is made when it is first needed. Light, for hooks."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
