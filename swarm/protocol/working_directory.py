"""Where a caller stands, also after its directory was removed under it. Light: agents' verbs ask at every call."""

import os
from pathlib import Path

_REMOVED = " (deleted)"
"""What Linux adds to the name of a working directory that is gone."""


def working_directory() -> Path:
    """Returns the directory this process works in; where it was, if it has been removed; `/` where nobody can say."""
    try:
        return Path.cwd()
    except OSError:
        return _last_known()


def _last_known() -> Path:
    """The kernel's word comes first: PWD is the shell's, and may speak of a directory that was left long ago."""
    try:
        return Path(os.readlink("/proc/self/cwd").removesuffix(_REMOVED))
    except OSError:
        shell = os.environ.get("PWD", "")
        return Path(shell) if os.path.isabs(shell) else Path("/")


def named_directory(named: str | os.PathLike[str], cwd: Path) -> Path:
    """Returns the absolute path of a directory as a caller names it. cwd: what a relative name is meant from.

    A `~` that this machine knows no home for stays as it is written.
    """
    return cwd / os.path.expanduser(named)
