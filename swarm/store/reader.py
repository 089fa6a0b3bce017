"""Reads files that other processes may have changed: bounded, without blocking, never through a link."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from swarm.errors import Code, SwarmError
from swarm.store import syscalls
from swarm.store.jsonio import Invalid, parse_json

TAIL_BYTES = 64 * 1024
JSON_BYTES = 1 << 20
_KINDS = (
    (stat.S_ISLNK, "is a link"),
    (stat.S_ISFIFO, "is a FIFO"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISDIR, "is a directory"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


class Unreadable(SwarmError):
    """A file that cannot be read, or must not be; `why` is the reason in a few words."""

    code = Code.UNREADABLE

    def __init__(self, path: str | os.PathLike[str], why: str) -> None:
        super().__init__(f"{os.fspath(path)!r} cannot be read.", f"It {why}." if why.startswith("is ") else f"{why}.")
        self.path = path
        self.why = why


class Read(NamedTuple):
    """What was read of a file. `size` is the whole file's; `truncated` says that `data` is only part of it."""

    data: bytes
    inode: int
    size: int
    mtime_ns: int
    truncated: bool


def read_tail(path: Path, limit: int = TAIL_BYTES) -> Read | None:
    """The last `limit` bytes of a regular file; None where there is none. Raises Unreadable."""
    return _read(path, limit, None)


def read_head(path: Path, limit: int = JSON_BYTES) -> Read | None:
    """The first `limit` bytes of a regular file; None where there is none. Raises Unreadable."""
    return _read(path, limit, 0)


def read_from(path: Path, start: int, limit: int) -> Read | None:
    """`limit` bytes of a regular file from `start` on, or from its beginning where it is shorter than that.

    Returns None where there is no file. `truncated` says that there is more behind. Raises Unreadable.
    """
    found = _read(path, limit, start)
    return found and found._replace(truncated=found.size > limit + (start if start <= found.size else 0))


def read_json(
    path: Path, limit: int = JSON_BYTES, *, parse: Callable[[bytes, Path], dict[str, Any]] = parse_json
) -> dict[str, Any] | None:
    """The object in a JSON file of at most `limit` bytes; None where there is no file. Raises Unreadable or Invalid.

    parse: what makes an object of the bytes, for files that others write in encodings of their own.
    """
    found = read_head(path, limit)
    if found is None:
        return None
    if found.truncated:
        raise Invalid(path, f"it is larger than {limit} bytes")
    return parse(found.data, path)


@contextmanager
def directory(path: Path) -> Iterator[int]:
    """A descriptor of a directory that is no link, for `syscalls`. Raises FileNotFoundError, Unreadable."""
    try:
        descriptor = syscalls.open_directory(path)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise Unreadable(path, "is a link" if path.is_symlink() else "is not a directory") from error
        raise
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def opened(path: Path) -> Iterator[tuple[int, os.stat_result]]:
    """A regular file, open for reading, and its state at that moment.

    Raises FileNotFoundError, and Unreadable where it cannot be opened, must not be, or a read in the block fails.
    """
    try:
        with directory(path.parent) as home:
            descriptor = syscalls.open_read(path.name, home)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        found = os.fstat(descriptor)
        check_regular(path, found)
        yield descriptor, found
    except OSError as error:
        raise unreadable(path, error) from error
    finally:
        os.close(descriptor)


def lines_backwards(data: bytes, *, cut: bool) -> Iterator[bytes]:
    """The lines of a file's tail that are not empty, last first.

    cut: the tail may begin in the middle of a line, which is left out then, unless there is no other.
    """
    end = len(data)
    while end > 0:
        start = data.rfind(b"\n", 0, end) + 1
        if start == 0 and cut and end < len(data):
            return
        if end > start:
            yield data[start:end]
        end = start - 1


def kind_of(mode: int) -> str:
    """`is a FIFO`, `is a link`, ...: what a file is that should have been a regular one."""
    return next((words for test, words in _KINDS if test(mode)), "is no regular file")


def unreadable(path: Path, error: OSError) -> Unreadable:
    """Why a file could not be opened or read."""
    return Unreadable(path, _reason(path, error))


def check_regular(path: Path, found: os.stat_result) -> None:
    """Raise Unreadable where an opened file is no regular one."""
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(path, kind_of(found.st_mode))


def _read(path: Path, limit: int, start: int | None) -> Read | None:
    """start: None for the last `limit` bytes."""
    try:
        with opened(path) as (descriptor, found):
            size = found.st_size
            start = max(0, size - limit) if start is None else start if start <= size else 0
            data = _pread(descriptor, limit, start, size - start)
    except FileNotFoundError:
        return None
    return Read(data, found.st_ino, size, found.st_mtime_ns, size > limit)


def _pread(descriptor: int, limit: int, start: int, expected: int) -> bytes:
    # Asks for one byte more than there should be: a short answer proves the end of the file without a second read.
    asked = min(limit, max(0, expected) + 1)
    data = os.pread(descriptor, asked, start)
    if len(data) < asked:
        return data
    while data and len(data) < limit:
        more = os.pread(descriptor, limit - len(data), start + len(data))
        if not more:
            break
        data += more
    return data


def _reason(path: Path, error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
        with suppress(OSError):
            return kind_of(path.lstat().st_mode)
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied"
    return (error.strerror or str(error)).lower()
