"""Processes that a service of the machine runs: no children of a test, without a terminal and without a marker."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm import platform
from swarm.model.agent import Identity
from swarm.processes.identity import identify, send
from tests.support.wait import wait_for


@contextmanager
def served(directory: Path, name: str) -> Iterator[Identity]:
    """A process that a service started in this directory: no child of ours, no terminal, no marker."""
    said = directory.parent / f"{name}.pid"
    script = f"echo $$ > {said}; exec sleep 300"
    subprocess.run(["setsid", "-f", "sh", "-c", script], cwd=directory, check=True)
    wait_for(lambda: said.exists() and said.read_text().strip(), "its pid")
    pid = int(said.read_text())
    wait_for(lambda: platform.command(pid) == "sleep 300", "it to be at work")
    identity = identify(pid)
    assert identity is not None
    try:
        yield identity
    finally:
        send(identity, 9)
        platform.wait_gone(identity.pid, identity.ticks, 10)
