"""Processes that a service of the machine runs: no children of a test, without a terminal and without a marker."""

import fcntl
import os
import shutil
import subprocess
import tempfile
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


def pid_in(file: Path) -> Identity:
    """The process that has written its pid into this file."""
    wait_for(lambda: file.exists() and file.read_text().strip(), f"a pid in {file.name}")
    identity = identify(int(file.read_text()))
    assert identity is not None
    return identity


class ServiceManager:
    """What starts processes for whoever asks: in sessions of their own, without the environment of who asked."""

    def __init__(self, directory: Path) -> None:
        self.commands = directory / "bin"
        """Stand-ins for the commands by which such services are asked."""
        self._started = directory / "started"

    def wait_for(self, number: int) -> list[Identity]:
        """What it has started, as soon as it is so many."""
        return [pid_in(self._started / str(each)) for each in range(number)]

    @staticmethod
    def lives(identity: Identity) -> bool:
        return identify(identity.pid) == identity

    @staticmethod
    def end(identity: Identity) -> None:
        """Ends one that was left alone."""
        send(identity, 9)
        platform.wait_gone(identity.pid, identity.ticks, 10)


MANAGER = """
number=0
while :; do
  while read -r place words; do
    (cd "$place" && exec env -i PATH="$PATH" setsid -f sh -c "echo \\$\\$ > '$1/started/$number'; exec $words")
    number=$((number + 1))
  done < "$1/asked"
done
"""
SYSTEMD_RUN = """#!/bin/sh
place=/
while :; do case $1 in
  -d|--same-dir) place=$PWD; shift;;
  -*) shift;;
  *) break;;
esac; done
echo "$place $*" > '{asked}'
"""
ENGINE = """#!/bin/sh
shift 3  # run -d IMAGE
echo "/ $*" > '{asked}'
"""


@contextmanager
def service_manager(directory: Path) -> Iterator[ServiceManager]:
    """A manager that runs; all that it has started is ended afterwards."""
    made = ServiceManager(directory)
    made.commands.mkdir(parents=True)
    (directory / "started").mkdir()
    os.mkfifo(directory / "asked")
    for name, text in (("systemd-run", SYSTEMD_RUN), ("docker", ENGINE), ("podman", ENGINE)):
        (made.commands / name).write_text(text.format(asked=directory / "asked"))
        (made.commands / name).chmod(0o755)
    with subprocess.Popen(["sh", "-c", MANAGER, "manager", str(directory)], start_new_session=True) as manager:
        try:
            yield made
        finally:
            manager.kill()
            for file in (directory / "started").iterdir():
                if identity := identify(int(file.read_text() or 0)):
                    made.end(identity)


def no_at() -> str:
    """Why jobs of `at` cannot be run here; '' where they can."""
    if not all(shutil.which(each, path="/usr/sbin:/usr/bin:/bin") for each in ("at", "atd")):
        return "needs at and its daemon, which are not installed"
    return "" if os.getuid() == 0 else "only root runs the daemon of at"


AT_PID = Path("/run/atd.pid")


@contextmanager
def at_daemon() -> Iterator[None]:
    """The daemon of `at` runs: the machine's, or one of ours, that is ended afterwards. There is one for all."""
    with open(Path(tempfile.gettempdir()) / "swarm-test-at.lock", "w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        theirs = AT_PID.exists() and identify(int(AT_PID.read_text() or 0))
        if not theirs:
            AT_PID.unlink(missing_ok=True)
            subprocess.run(["/usr/sbin/atd"], check=True)
        ours = None if theirs else pid_in(AT_PID)
        try:
            yield
        finally:
            if ours is not None:
                ServiceManager.end(ours)
                AT_PID.unlink(missing_ok=True)
