"""The port to the file system: one function per system call that changes something, so that tests can fail any of them.

No rule lives here. Callers write `syscalls.rename(...)` and never import the function itself: a test that cuts the
power between two calls replaces the functions of this module.
"""

import errno
import fcntl
import os
import stat
import sys

_COMMON = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})
NO_LOCKS = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS})


def open_directory(path: str | os.PathLike[str]) -> int:
    """A descriptor of a directory that is no link itself."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | _COMMON)


def open_read(name: str, directory: int) -> int:
    """A descriptor for reading that neither follows a link nor waits for a writer of a FIFO."""
    return os.open(name, os.O_RDONLY | _COMMON, dir_fd=directory)


def open_write(name: str, directory: int) -> int:
    """A descriptor for reading and writing a file that is there already."""
    return os.open(name, os.O_RDWR | _COMMON, dir_fd=directory)


def open_pipe(name: str, directory: int) -> int:
    """A descriptor for writing into a FIFO; ENXIO where no process has it open for reading."""
    return os.open(name, os.O_WRONLY | _COMMON, dir_fd=directory)


def open_end(process: int, descriptor: int, device: int, inode: int) -> int:
    """A descriptor for writing into a pipe that a process holds open (Linux); ENOENT where it is not that pipe."""
    place = f"/proc/{process}/fd/{descriptor}"
    found = os.stat(place)  # before it is opened: the process may be another one by now
    if not stat.S_ISFIFO(found.st_mode) or (found.st_dev, found.st_ino) != (device, inode):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
    return os.open(place, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)


def open_append(name: str, directory: int, mode: int = 0o644) -> int:
    """A descriptor for appending; the file is made where there is none."""
    return os.open(name, os.O_RDWR | os.O_APPEND | os.O_CREAT | _COMMON, mode, dir_fd=directory)


def create(name: str, directory: int, mode: int = 0o644) -> int:
    """A descriptor of a new file; FileExistsError where the name is taken, by a link too."""
    return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _COMMON, mode, dir_fd=directory)


def write(descriptor: int, data: bytes) -> int:
    """What write(2) took of `data`: all of it, or less on a disk that is filling up."""
    return os.write(descriptor, data)


def truncate(descriptor: int, size: int) -> None:
    """Cut a file to `size` bytes."""
    os.ftruncate(descriptor, size)


def sync(descriptor: int) -> None:
    """Bring a file, or a directory's names, to the medium; a Mac's plain fsync stops at the drive's cache."""
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:
            os.fsync(descriptor)  # network volumes and directories refuse the full one
        return
    os.fsync(descriptor)


def link(source: str, source_directory: int, target: str, target_directory: int) -> None:
    """A second name for a file; FileExistsError where the name is taken. This is what makes one revision one commit."""
    os.link(source, target, src_dir_fd=source_directory, dst_dir_fd=target_directory, follow_symlinks=False)


def rename(source: str, target: str, directory: int, target_directory: int | None = None) -> None:
    """Put `source` in the place of `target`, both in one directory where no other is given."""
    os.rename(
        source, target, src_dir_fd=directory, dst_dir_fd=directory if target_directory is None else target_directory
    )


def move(source: str, source_directory: int, target: str, target_directory: int) -> None:
    """Put `source` into another directory of the same file system; an empty directory in the place gives way."""
    os.rename(source, target, src_dir_fd=source_directory, dst_dir_fd=target_directory)


def unlink(name: str, directory: int) -> None:
    """Take a name away."""
    os.unlink(name, dir_fd=directory)


def mkdir(path: str | os.PathLike[str]) -> None:
    """Make one directory."""
    os.mkdir(path)


def lock(descriptor: int) -> bool:
    """Try once to take the exclusive kernel lock of an open file; False where another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True
