"""Runs a command of the operator's with JSON on standard input, within its time, in a process group of its own."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from swarm.programs.environment import inherited
from swarm.sanitize import clean

SAID = 200


def run(command: str, home: Path, told: Mapping[str, object], timeout: float) -> str:
    """Runs it in the home; returns what went wrong, '' where nothing did. timeout: seconds, then all of it is ended."""
    try:
        process = subprocess.Popen(
            ("/bin/sh", "-c", command),
            cwd=home,
            env={**inherited(os.environ), "SWARM_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return f"it could not be run: {error.strerror or error}"
    try:
        _, said = process.communicate(json.dumps(told).encode(), timeout)
    except subprocess.TimeoutExpired:
        said = b""
        why = f"no end within {timeout:g} s"
    else:
        code = process.returncode
        why = "" if not code else f"exit code {code}" if code > 0 else f"ended by signal {-code}"
    finally:
        # Its group, whatever it left running in it: not reaped before, where it has not ended.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    last = clean(said.decode("utf-8", "replace").strip().rpartition("\n")[2], SAID)
    return f"{why}: {last}" if why and last else why
