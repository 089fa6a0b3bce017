"""Moves a whole directory to another place of the home, which no other one may have."""

from contextlib import suppress
from pathlib import Path

from swarm.store import syscalls, writer
from swarm.store.reader import directory


def move_directory(source: Path, target: Path) -> None:
    """Moves a directory: after it, and after a power cut too, it is in one of the two places, whole.

    Raises FileExistsError where something has the place already that is no empty directory, FileNotFoundError where the
    source is gone, else SwarmError; then nothing has moved.
    """
    try:
        with directory(source.parent) as old, directory(target.parent) as new:
            with suppress(OSError):
                target.rmdir()  # of a mover that died: only an empty directory goes
            syscalls.mkdir(target)  # the place is claimed: a directory that is made there meanwhile would be replaced
            try:
                syscalls.move(source.name, old, target.name, new)
            except BaseException:
                with suppress(OSError):
                    target.rmdir()
                raise
            syscalls.sync(new)
            syscalls.sync(old)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError as error:
        raise writer.explain(error, target) from error
