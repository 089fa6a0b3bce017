"""Inputs of an agent: whether it would find something under their names, at the spawn and afterwards (failure 2).

An agent that finds nothing goes on as if all were fine. To see it: spawn with an input that is missing, empty, or a
directory where a file is meant; or remove, rename or empty one while its agent runs.
"""

import os
import stat
from pathlib import Path

from swarm.store import reader

SMALL = 256
"""Bytes up to which a file is read, because it may hold nothing but blanks."""
_HERE = frozenset({"", ".", ".."})


def fault_of(root: Path, path: str, *, at_spawn: bool = False) -> str:
    """Why an agent finds nothing under the name of an input, as `does not exist`; '' where it finds something.

    root: where relative paths start. A path that ends with a slash means a directory, any other a file. After the
    spawn a name without an ending may mean either: agents of earlier versions were spawned with such directories.
    """
    whole = root / path
    means_directory = path.rpartition("/")[2] in _HERE
    try:
        mode = os.stat(whole).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "is a link that leads nowhere" if os.path.islink(whole) else "does not exist"
    except OSError as error:
        return f"cannot be looked at ({(error.strerror or str(error)).lower()})"
    if stat.S_ISDIR(mode):
        if not means_directory and (at_spawn or Path(path).suffix):
            return "is a directory, where a file is meant"
        return _fault_of_directory(whole)
    if means_directory:
        return "is no directory"
    return _fault_of_file(whole) if stat.S_ISREG(mode) else f"{reader.kind_of(mode)}, where a file is meant"


def nearest(root: Path, path: str, limit: int = 3) -> list[str]:
    """The existing names most like that of an input: in the nearest directory that exists, then one level below it."""
    wanted = Path(path)
    directory = wanted.parent
    while not (root / directory).is_dir() and directory != directory.parent:
        directory = directory.parent
    found = _similar(root, directory, wanted.name, limit)
    if not found:
        try:
            inner = sorted(entry.name for entry in os.scandir(root / directory) if entry.is_dir(follow_symlinks=False))
        except OSError:
            inner = []
        for name in inner[:50]:
            found.extend(_similar(root, directory / name, wanted.name, limit))
    own = wanted.as_posix()
    return [each for each in found if each != own][:limit]


def _similar(root: Path, directory: Path, name: str, limit: int) -> list[str]:
    try:
        names = os.listdir(root / directory)[:5000]
    except OSError:
        return []
    from difflib import get_close_matches  # only where an input is missing

    return [(directory / match).as_posix() for match in get_close_matches(name, names, n=limit + 1, cutoff=0.5)]


def _fault_of_directory(whole: Path) -> str:
    try:
        with os.scandir(whole) as entries:
            return "" if next(entries, None) is not None else "is an empty directory"
    except OSError as error:
        return f"cannot be listed ({(error.strerror or str(error)).lower()})"


def _fault_of_file(whole: Path) -> str:
    """What it is behind links is what is read: an agent follows them."""
    try:
        found = reader.read_head(Path(os.path.realpath(whole)), SMALL)
    except reader.Unreadable as error:
        return f"cannot be read ({error.why})"
    if found is None:
        return "does not exist"
    return "" if found.truncated or found.data.strip() else "is empty"
