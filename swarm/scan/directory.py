"""One look at one directory: what lies in it that concerns us, and how to tell later whether it has changed."""

import os
import re
from typing import NamedTuple

from swarm.protocol.paths import AGENT_FILES

KNOWN_FILES = frozenset({*AGENT_FILES, "exit.json", "ended.json"})
MAX_GUESSES = 200
_OURS = frozenset({*KNOWN_FILES, "inbox.md"})
# What may be a slip of the pen: thousands of numbered files are not worth a comparison each.
_GUESSABLE = re.compile(r"[A-Za-z_-]{2,10}\d?\.[A-Za-z]{1,5}~?\Z")
_ALIKE = 0.87
# A file system's clock ticks: what changed within a tick of the look may have changed again unseen, so it is looked at
# once more. 50 ms covers the kernels of the day; whole seconds mean a file system that keeps no finer times.
FINE_TICK_NS = 50_000_000
COARSE_TICK_NS = 2_100_000_000
Key = tuple[int, int, int, int]


def key_of(found: os.stat_result) -> Key:
    """What changes when a file or a directory changes: inode, size, and both times in nanoseconds."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def is_racy(key: Key, looked_ns: int) -> bool:
    """Whether it may have changed once more in the same tick of the clock, after we looked (wall nanoseconds)."""
    newest = max(key[2], key[3])
    tick = COARSE_TICK_NS if newest % 1_000_000_000 == 0 else FINE_TICK_NS
    return newest > looked_ns - tick


class DirectoryListing(NamedTuple):
    """What lies in a directory. files: the protocol's, of whatever kind. links: to directories; they are not followed.

    misspelt: (name, what it was meant to be). directories: all of them, links left out.
    """

    files: frozenset[str]
    directories: list[str]
    links: tuple[str, ...]
    misspelt: tuple[tuple[str, str], ...]


def list_directory(path: str) -> DirectoryListing:
    """Lists a directory of any size; raises OSError where it cannot be listed."""
    files: list[str] = []
    directories: list[str] = []
    links: list[str] = []
    odd: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if name in KNOWN_FILES:
                files.append(name)
            elif entry.is_symlink():
                if os.path.isdir(entry.path):  # one to a file hides no agent
                    links.append(name)
            elif entry.is_dir(follow_symlinks=False):
                directories.append(name)
            elif _GUESSABLE.match(name):
                odd.append(name)
    present = frozenset(files)
    return DirectoryListing(present, directories, tuple(sorted(links)), _misspelt(odd, present))


def _misspelt(names: list[str], present: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Files that were meant to be one of the protocol's (field report, failure 2).

    Where the right file is there too, only a second progress.md counts: the scan does not read it.
    """
    if not names:
        return ()
    from difflib import get_close_matches  # only where there are names to guess at

    found: list[tuple[str, str]] = []
    for name in sorted(names)[:MAX_GUESSES]:
        close = get_close_matches(name.lower(), AGENT_FILES, 1, _ALIKE) if name not in _OURS else []
        if close and (close[0] not in present or close[0] == "progress.md"):
            found.append((name, close[0]))
    return tuple(found)
