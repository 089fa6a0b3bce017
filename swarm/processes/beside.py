"""Starts a process of the engine's own beside this one, which does not wait for it."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_started: list[subprocess.Popen[bytes]] = []


def start_beside(module: str, root: Path, *words: str, env: Mapping[str, str], given: bytes = b"") -> None:
    """Runs `python -P -m MODULE HOME WORDS` in a session of its own, in the home `root`; reaps those started before.

    given: its standard input, far less than a pipe holds. Raises OSError where it cannot be started.
    """
    _started[:] = [each for each in _started if each.poll() is None]
    process = subprocess.Popen(
        # -P: what lies in the home is no code of ours.
        [sys.executable, "-P", "-m", module, str(root), *words],
        cwd=root,
        env=env,
        stdin=subprocess.PIPE if given else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(process)
    if process.stdin is not None:
        with process.stdin as pipe:
            pipe.write(given)


def at_work() -> int:
    """How many of them have not ended yet."""
    return sum(each.poll() is None for each in _started)
