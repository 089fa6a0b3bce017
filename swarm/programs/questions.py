"""Runs a program for a short answer: without input, without a place of its own to work in, and not for long."""

import subprocess
from collections.abc import Mapping, Sequence

FAILURES = (OSError, subprocess.SubprocessError)
"""What `ask` raises where a program does not start, or does not answer in time."""
TooLate = subprocess.TimeoutExpired


def ask(
    argv: Sequence[str], environment: Mapping[str, str] | None, *, seconds: float
) -> "subprocess.CompletedProcess[bytes]":
    """Runs it to its end and returns how it ended and what it wrote; one that takes longer is killed.

    environment: None for that of this process. Raises one of FAILURES.
    """
    return subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=False,
        cwd="/",
        env=None if environment is None else dict(environment),
    )
