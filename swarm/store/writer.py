"""Writes files that other processes may have changed: whole or not at all, never through a link.

Neither the file nor the directory it lies in may be one. No package beside this one opens files of agents.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from swarm.errors import Code, HomeError, SwarmError
from swarm.store import reserve, syscalls
from swarm.store.jsonio import for_people
from swarm.store.reader import Unreadable, check_regular, directory, kind_of

OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
"""What a disk refuses with, whatever file it is asked for."""
_TEMP = r"\.swarm-[a-z]*-?[0-9a-f]{16}\.tmp"


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644, spares: Path | None = None) -> None:
    """Replace a file as a whole: a reader sees the old bytes or the new ones, and after a power cut too.

    spares: the directory of the reserve, for a record of the engine that must not wait until there is room. Half of it
    is left to the ledger.
    Refuses a target that is a link or no regular file. Raises SwarmError, HomeError `full` or `read-only`.
    """
    with _explained(path), directory(path.parent) as home:
        _refuse_odd_target(path, home)
        temp = temp_name()
        try:
            write_file(temp, home, data, mode, spares=spares, keep=reserve.FILES // 2)
            syscalls.rename(temp, path.name, home)
        except BaseException:
            with suppress(OSError):
                syscalls.unlink(temp, home)
            raise
        syscalls.sync(home)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet. Raises FileExistsError where it is, as a link too; SwarmError as above.

    The name appears with its whole content: a writer that dies leaves nothing, or a temp file.
    """
    with _explained(path), directory(path.parent) as home:
        if not data:
            # Locks and logs begin empty, and are refused with a second name: a killed writer must not leave them one.
            os.close(syscalls.create(path.name, home))
            syscalls.sync(home)
            return
        temp = temp_name()
        try:
            write_file(temp, home, data, 0o644)
            try:
                syscalls.link(temp, home, path.name, home)
            except OSError as error:
                if error.errno not in syscalls.NO_LINKS:
                    raise
                write_file(path.name, home, data, 0o644)
        finally:
            with suppress(OSError):
                syscalls.unlink(temp, home)
        syscalls.sync(home)


def write_json(path: Path, value: object, *, spares: Path | None = None) -> None:
    """`write_atomic` of indented JSON, for files that people read too."""
    write_atomic(path, for_people(value), spares=spares)


def write_json_new(path: Path, value: object) -> None:
    """`write_new` of indented JSON."""
    write_new(path, for_people(value))


def append_line(path: Path, line: bytes, *, sync: bool = False, spares: Path | None = None) -> None:
    """Append one line with one write(2); the file is made where there is none. spares: as for `write_atomic`.

    A file that ends without a newline gets one first, so that a torn line never swallows this one. Refuses links, files
    with a second name, and whatever is not a regular file. `line` must not hold a newline except at its end.
    """
    line = line.removesuffix(b"\n")
    if b"\n" in line:
        raise ValueError("a line holds no newline")
    _append(path, line + b"\n", sync=sync, spares=spares)


def append_block(path: Path, block: bytes) -> None:
    """Append several lines with one write(2), so that two writers never mix; otherwise as `append_line`."""
    _append(path, block.removesuffix(b"\n") + b"\n", sync=False)


def make_dir(path: Path, *, parents: bool = True) -> None:
    """Make a directory, and those above it that are missing; one that is there already is fine, a link is not.

    parents: False inside an agent's directory: one that was removed is not made anew by half.
    """
    with _explained(path):
        if path.is_symlink():
            raise Unreadable(path, "is a link")
        if path.is_dir():
            return
        if parents and path.parent != path and not path.parent.exists():
            make_dir(path.parent)
        with suppress(FileExistsError):
            syscalls.mkdir(path)
        if path.is_symlink() or not path.is_dir():
            raise Unreadable(path, "is not a directory")


def sweep_temps(where: Path, older_than_s: float = 3600, *, now: float | None = None, kind: str = "") -> int:
    """Remove our own temp files (our name pattern, our user, regular) that killed writers left in one directory.

    older_than_s: age in seconds by mtime, against `now` (wall seconds; default the machine's). Returns how many went.
    """
    now = time.time() if now is None else now
    swept = 0
    with suppress(OSError, Unreadable), directory(where) as home, os.scandir(home) as entries:
        for entry in entries:
            if not is_temp(entry.name) or not entry.name.startswith(f".swarm-{kind}"):
                continue
            with suppress(OSError):
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and now - found.st_mtime > older_than_s:
                    syscalls.unlink(entry.name, home)
                    swept += 1
    return swept


def is_temp(name: str) -> bool:
    """Whether a file of this name is a temp file of ours."""
    import re

    return re.fullmatch(_TEMP, name) is not None


def temp_name(kind: str = "") -> str:
    """A name for a temp file that cannot be guessed; `kind` is a word of a-z that tells whose it is."""
    return f".swarm-{kind}{'-' if kind else ''}{os.urandom(8).hex()}.tmp"


def write_all(descriptor: int, data: bytes, *, spares: Path | None = None) -> None:
    """Write all of `data`; a write that comes out short and cannot go on is an OSError like any other.

    spares: the directory of the reserve, whose files are given up one by one where there is no room.
    """
    view = memoryview(data)
    while view:
        rest = bytes(view) if len(view) != len(data) else data
        if spares is None:
            written = syscalls.write(descriptor, rest)
        else:
            written = reserve.with_room(spares, partial(syscalls.write, descriptor, rest))
        if written <= 0:
            raise OSError(errno.EIO, "nothing could be written")
        view = view[written:]


def ends_in_newline(descriptor: int, size: int) -> bool:
    """Whether an open file of `size` bytes is empty or ends a line."""
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def explain(error: OSError, path: str | os.PathLike[str]) -> SwarmError:
    """What a failed write means, in plain words: HomeError `full` or `read-only`, else SwarmError `disk`."""
    name = os.fspath(path)
    reason = error.strerror or str(error)
    unchanged = f"{name!r} could not be written; what was there is unchanged."
    if reserve.is_full(error):
        what = "The disk quota is used up." if error.errno == errno.EDQUOT else "The disk is full."
        hint = "Make room; swarm-tui doctor says how much is left, and which agents hold most."
        return HomeError(what, unchanged, hint, code=Code.FULL)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return HomeError(
            f"{name!r} cannot be written.", f"{reason}.", "Check its owner and its mount.", code=Code.READ_ONLY
        )
    if error.errno == errno.ELOOP:
        return Unreadable(path, "is a link")
    hint = "Look at what the kernel says of the disk (dmesg), and copy the home to another one."
    return SwarmError(
        f"{name!r} could not be written.",
        f"{reason}; what was there is unchanged.",
        hint if error.errno == errno.EIO else "",
        code=Code.DISK,
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise explain(error, path) from error


def _append(path: Path, data: bytes, *, sync: bool, spares: Path | None = None) -> None:
    with _explained(path), directory(path.parent) as home:
        descriptor = syscalls.open_append(path.name, home)
        try:
            size = check_appendable(path, descriptor)
            data = (b"" if ends_in_newline(descriptor, size) else b"\n") + data
            try:
                write_all(descriptor, data, spares=spares)
            except OSError:
                _take_half_back(descriptor, size, data)
                raise
            if sync:
                syscalls.sync(descriptor)
        finally:
            os.close(descriptor)


def _take_half_back(descriptor: int, size: int, data: bytes) -> None:
    """Removes the part of a line that a full disk took, where nothing of another writer stands behind it."""
    with suppress(OSError):
        half = os.fstat(descriptor).st_size - size
        if 0 < half < len(data) and os.pread(descriptor, half, size) == data[:half]:
            syscalls.truncate(descriptor, size)


def check_appendable(path: Path, descriptor: int) -> int:
    """The size of an opened file; raises Unreadable where a line added to it would change something else."""
    found = os.fstat(descriptor)
    check_regular(path, found)
    if found.st_nlink > 1:
        raise Unreadable(path, "has a second name (hard link), so writing here would change another file")
    return found.st_size


def _refuse_odd_target(path: Path, home: int) -> None:
    with suppress(FileNotFoundError):
        mode = os.stat(path.name, dir_fd=home, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise Unreadable(path, kind_of(mode))


def write_file(
    name: str, home: int, data: bytes, mode: int = 0o644, *, spares: Path | None = None, keep: int = 0
) -> bool:
    """Write a new file in an open directory and bring it to the medium; raises OSError, and may leave it half written.

    spares: the directory of the reserve. On a full disk the file becomes one of those, with the mode of those, while
    there are more than `keep`. Returns whether it did.
    """
    try:
        _fill(syscalls.create(name, home, mode), data)
    except OSError as error:
        if spares is None or not reserve.is_full(error) or not _write_into_spare(spares, name, home, data, keep):
            raise
        return True
    return False


def _write_into_spare(spares: Path, name: str, home: int, data: bytes, keep: int) -> bool:
    """Writes the file over one of the reserve; False where that has none that would do, and then there is no file."""
    with suppress(OSError):
        syscalls.unlink(name, home)  # the half that could be written
    while reserve.take(spares, name, home, len(data), keep):
        try:
            _fill(syscalls.open_write(name, home), data, cut=True)
        except OSError as error:
            syscalls.unlink(name, home)  # too small: what it held is free for the next one to grow
            if not reserve.is_full(error):
                raise
        else:
            return True
    return False


def _fill(descriptor: int, data: bytes, *, cut: bool = False) -> None:
    """cut: the file was longer."""
    try:
        write_all(descriptor, data)
        if cut:
            syscalls.truncate(descriptor, len(data))
        syscalls.sync(descriptor)
    finally:
        os.close(descriptor)
