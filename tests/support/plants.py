"""What others may put in the place of a file: links to a victim, directories, pipes, sockets, garbage, nothing."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

Plant = Callable[[Path, Path], None]
"""Puts something in the place of a path that is free; the second path is a victim that must stay as it is."""
PRECIOUS = "precious\n"


def plant(kind: str, path: Path, victim: Path) -> None:
    """Takes away what is there, and puts one of PLANTS in its place."""
    victim.write_text(PRECIOUS)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    PLANTS[kind](path, victim)


def _directory(path: Path, _: Path) -> None:
    path.mkdir()
    (path / "somebody's").write_text("somebody's")


def _socket(path: Path, _: Path) -> None:
    before = os.getcwd()
    os.chdir(path.parent)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _garbage(path: Path, _: Path) -> None:
    path.write_bytes(bytes(range(256)))


def _hard_link(path: Path, victim: Path) -> None:
    os.link(victim, path)


def _removed(path: Path, victim: Path) -> None:
    """Nothing is there."""


ODD: dict[str, Plant] = {
    "directory": _directory,
    "link": lambda path, victim: path.symlink_to(victim),
    "dangling link": lambda path, victim: path.symlink_to(victim.with_name("nowhere")),
    "hard link": _hard_link,
    "pipe": lambda path, _: os.mkfifo(path),
    "socket": _socket,
}
PLANTS: dict[str, Plant] = {
    **ODD,
    "garbage": _garbage,
    "empty": lambda path, _: path.touch(),
    "removed": _removed,
}
