"""A verb that is killed at any of its file operations: in a process of its own, which counts them and ends itself."""

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from tests.support import crash

TOLD = frozenset(
    {
        *("os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"),
        *("fcntl.flock", "os.kill", "os.killpg", "subprocess.Popen"),
    }
)
"""What the interpreter says before it does it. Signals and starts are no file operations; a verb may die there too."""
UNTOLD = ("write", "fsync")
"""Functions of `os` of which the interpreter says nothing."""
CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
Deed = Callable[..., object]
"""What is done to a home, given its directory and more words; found by its name in the process that dies."""
HANGS_S = 120


class Life(NamedTuple):
    """What became of a verb. operations: their kinds, as far as it came. said: what it raised, '' where nothing."""

    operations: tuple[str, ...]
    died: bool
    said: str


def live(deed: Deed, root: Path, *words: str, at: int = 0, env: dict[str, str] | None = None) -> Life:
    """Does a deed in a process that dies by SIGKILL just before its operation number `at`, from 1; 0: it lives on.

    env: variables on top of ours.
    """
    hears, says = crash.pipe()
    process = crash.start(_live, deed, str(root), words, at, {**os.environ, **(env or {})}, says)
    says.close()
    told: list[str] = []
    try:
        while hears.poll(HANGS_S):
            told.append(hears.recv())
    except EOFError:
        process.join(HANGS_S)
    finally:
        hanging = process.exitcode is None
        process.kill()
        process.join()
        hears.close()
    if hanging or process.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"{'hangs' if hanging else process.exitcode} at operation {at}: {told[-1:]}")
    died = process.exitcode != 0
    return Life(tuple(told if died else told[:-1]), died, "" if died else told[-1])


def points(operations: tuple[str, ...], *, every: bool, most: int = 6) -> list[int]:
    """Numbers of operations to die at: all, or `most` of different kinds, from the first to the last."""
    if every:
        return list(range(1, len(operations) + 1))
    places: dict[str, list[int]] = {}
    for number, kind in enumerate(operations, 1):
        places.setdefault(kind, []).append(number)
    kinds = sorted(places)
    chosen = sorted(places[kind][len(places[kind]) * turn // len(kinds)] for turn, kind in enumerate(kinds))
    return sorted({chosen[(len(chosen) - 1) * turn // (most - 1)] for turn in range(most)})


def _live(deed: Deed, root: str, words: tuple[str, ...], at: int, env: dict[str, str], says: Connection) -> None:
    from swarm.errors import SwarmError

    os.environ.clear()
    os.environ.update(env)
    sys.dont_write_bytecode = True
    with says:
        counter = _Counter(at, says)
        counter.arm()
        try:
            deed(root, *words)
            said = ""
        except SwarmError as error:
            said = f"{error.code}: {error}"
        counter.on = False
        says.send(said)


class _Counter:
    """Counts the operations of this process, and ends it at one of them. What it says itself does not count."""

    def __init__(self, at: int, says: Connection) -> None:
        self._at = at
        self._says = says
        self._count = 0
        self.on = False

    def arm(self) -> None:
        for name in UNTOLD:
            setattr(os, name, self._counted(name, getattr(os, name)))
        sys.addaudithook(self._hear)
        self.on = True

    def _met(self, kind: str) -> None:
        if not self.on:
            return
        self._count += 1
        if self._count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.on = False
        self._says.send(kind)
        self.on = True

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            self._met(name)
            return real(*words, **more)

        return call

    def _hear(self, event: str, words: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = words
            if isinstance(flags, int) and flags & CHANGES and not str(path).startswith("/dev/"):
                self._met("open")
        elif event in TOLD:
            self._met(event.rpartition(".")[2])
