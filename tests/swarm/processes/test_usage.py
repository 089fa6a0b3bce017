"""What a person is shown of one process."""

import os
import subprocess
import sys

from swarm import platform
from swarm.processes.usage import describe, spent


def test_a_process_is_described_by_command_memory_and_processor_time() -> None:
    stat = platform.stat(os.getpid())
    assert stat is not None
    sum(range(2_000_000))  # something to have used
    proc = describe(stat)
    assert (proc.pid, proc.ppid, proc.ticks) == (os.getpid(), os.getppid(), stat.ticks)
    assert proc.command == platform.command(os.getpid())[:200]
    assert proc.rss > 1_000_000
    assert proc.cpu > 0


def test_who_is_gone_has_used_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert spent(gone.pid) == (0.0, 0)
