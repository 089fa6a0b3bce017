"""Blocks of the disk that belong to a file beyond its end, so that it can grow on a full disk."""

import os
import sys

KEEP_SIZE = 1
"""FALLOC_FL_KEEP_SIZE."""


def keep_blocks(descriptor: int, size: int) -> bool:
    """Allocates the blocks of an open file's first `size` bytes, and leaves its length as it is.

    Returns False where the system or the file system has no such call, or the disk no room.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes  # several ms, and only a heartbeat that finds too few blocks needs it

    try:
        allocate = ctypes.CDLL(None, use_errno=True).fallocate64
    except (OSError, AttributeError):
        return False
    done: int = allocate(descriptor, KEEP_SIZE, ctypes.c_int64(0), ctypes.c_int64(size))
    return done == 0


def kept(descriptor: int) -> int:
    """The bytes of all blocks that an open file has."""
    return os.fstat(descriptor).st_blocks * 512
