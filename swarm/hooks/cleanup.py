"""What a program's sandbox leaves behind: empty directories, some at every shell command, that it never takes away."""

import os
import stat
import time
from contextlib import suppress

LEFT = "claude-empty-"
"""Claude Code makes them in TMPDIR, as stand-ins for what its sandbox hides."""
OLD_S = 3600.0
"""Wall seconds: a younger one may be about to be used. Nothing hangs on a clock that is wrong: only empty ones go."""
AT_MOST = 20_000


def clear(directory: str = "", now: float | None = None) -> int:
    """Takes away the old ones that are ours; how many. directory: TMPDIR where it is left out. Raises nothing.

    Over weeks there would be hundreds of thousands, and a file system has only so many places. Whatever has something
    in it, belongs to somebody else, or is a link stays.
    """
    place = directory or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 where programs that know no TMPDIR go
    before = (time.time() if now is None else now) - OLD_S
    gone = 0
    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if gone >= AT_MOST:
                break
            if not entry.name.startswith(LEFT):
                continue
            with suppress(OSError):
                state = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and state.st_mtime < before:
                    os.rmdir(entry.path)
                    gone += 1
    return gone
