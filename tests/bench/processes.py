"""What a whole process takes, from its start to its end."""

import subprocess
import time
from collections.abc import Mapping, Sequence

from tests.bench.pty import environment


def whole(argv: Sequence[str], more: Mapping[str, str] | None = None) -> float:
    """Milliseconds that a command takes. Raises AssertionError with what it said where it fails."""
    env = environment(more)
    began = time.perf_counter()
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    took = (time.perf_counter() - began) * 1000
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr.decode(errors='replace').strip()}"
    return took
