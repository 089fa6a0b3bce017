"""What stands in the place of one of our files and cannot be one is put aside: moved as it is, never followed."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from swarm.store.reader import kind_of

ASIDE = "set-aside"
"""The directory for what was put aside: for a person to look at, and to delete."""


def oddity(path: Path, *, directory: bool = False) -> str:
    """What is wrong with what has this name, `is a link`; '' where it is what it should be, or nothing is there.

    directory: it should be one; else a regular file with one name.
    """
    try:
        found = path.lstat()
    except OSError:
        return ""
    if directory:
        regular = stat.S_ISREG(found.st_mode)
        return "" if stat.S_ISDIR(found.st_mode) else "is a file" if regular else kind_of(found.st_mode)
    if not stat.S_ISREG(found.st_mode):
        return kind_of(found.st_mode)
    return "has a second name (hard link)" if found.st_nlink > 1 else ""


def put_aside(path: Path, where: Path, odd: str = "is odd") -> str:
    """Moves what has this name into `set-aside` in a directory, and says so: `was a link, and was put aside as ...`.

    odd: what is wrong with it, as `oddity` says. Only the name moves: what a link points to, and a file's other names,
    stay as they are. Raises OSError.
    """
    into = where / ASIDE
    with suppress(FileExistsError):
        into.mkdir()
    name = f"{path.name}-{os.urandom(4).hex()}"
    os.rename(path, into / name)
    return f"{odd.replace('is ', 'was ', 1)}, and was put aside as {ASIDE}/{name}"
