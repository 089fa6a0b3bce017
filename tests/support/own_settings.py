"""Settings of an operator who is nobody: no test and no benchmark reads or changes those of the person who runs it."""

import os
import shutil
import tempfile
from pathlib import Path

VARIABLES = ("XDG_CONFIG_HOME", "XDG_STATE_HOME")
_MARK = "swarm-settings-"


def stand_apart() -> Path:
    """Has this process and its children look for settings in a directory of their own; returns that directory.

    It is made by whoever writes there first: a run that is killed before leaves nothing behind.
    """
    place = Path(tempfile.gettempdir()) / f"{_MARK}{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)  # of a run that was killed, and had this number
    for name in VARIABLES:
        os.environ[name] = str(place / name)
    return place


def forget(place: Path) -> None:
    """Removes what was written there."""
    for name in VARIABLES:
        if (place / name).exists():
            shutil.rmtree(place / name, ignore_errors=True)
