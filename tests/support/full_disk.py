"""A small disk of a test's own, to be filled to the last block, or to its last file."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE = 3 << 20
FILES = 700
HOG = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
while True:
    for size in (65536, 4096, 64, 1):
        try:
            while True:
                os.write(log, b"x" * size)
        except OSError:
            pass
"""
"""Takes every block as soon as it comes free, and never gives up."""


@contextmanager
def small_disk(place: Path, *, size: int = SIZE, files: int = FILES) -> Iterator[Path]:
    """A tmpfs at `place`; the test is skipped, and says why, where this process may not mount one."""
    place.mkdir()
    options = f"size={size},nr_inodes={files},mode=0700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here (as root, or in `unshare -rm`): {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(directory: Path, name: str = "filling") -> Path:
    """Writes into one file until not one more byte goes into the disk."""
    path = directory / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for size in (65536, 4096, 256, 16, 1):
            _write_until_full(descriptor, b"x" * size)
    finally:
        os.close(descriptor)
    return path


def use_up_files(directory: Path) -> Path:
    """Makes empty files in a directory of their own until not one more can be made."""
    place = directory / "files"
    place.mkdir(exist_ok=True)
    number = 0
    while True:
        try:
            os.close(os.open(place / str(number), os.O_WRONLY | os.O_CREAT))
        except OSError:
            return place
        number += 1


def hog(path: Path) -> tuple[str, ...]:
    """The command of an agent that fills the disk, and takes at once what anybody else sets free."""
    return (sys.executable, "-c", HOG, str(path))


def is_full(directory: Path) -> bool:
    """Whether not one block of it is free."""
    return os.statvfs(directory).f_bavail == 0


def _write_until_full(descriptor: int, data: bytes) -> None:
    while True:
        try:
            os.write(descriptor, data)
        except OSError:
            return
