"""One demo from its first process to its last: whatever happens, nothing of it is left running."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from swarm import platform
from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.ledger.audit_reader import AuditTail
from swarm.model.agent import Identity, Liveness
from swarm.processes.identity import identify, look, send
from swarm_tui.demo.home import DEFAULT_SPEED, AliveFile, make_demo
from swarm_tui.demo.operator import Operator

LAST_LOOKS_S = 10.0
MOST_LOG = 16 << 20
"""Bytes of the audit log that the summary looks at."""
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Demo:
    """`with Demo(directory, speed) as demo:` a living swarm in `demo.swarm`; at the end all of it is ended.

    directory: None makes a temporary one, which is removed at the end; a given one is kept.
    speed: how much faster than the clock. Raises Refused `exists` where the directory is not empty.
    """

    def __init__(self, directory: Path | None = None, speed: float = DEFAULT_SPEED) -> None:
        self.kept = directory is not None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="swarm-demo-"))
        self.minute = 60 / speed
        self.summary: tuple[str, ...] = ()
        """After the end: what was seen, in lines."""
        self._began = time.monotonic()
        self.left: tuple[str, ...] = ()
        """After the end: what could not be ended, '<pid> <command>'; empty where nothing runs any more."""
        try:
            self.swarm: Swarm = make_demo(self.directory, speed)
        except BaseException:
            if not self.kept:
                shutil.rmtree(self.directory, ignore_errors=True)
            raise
        self._alive = AliveFile(self.swarm.home.layout.root)
        self.operator = Operator(self.swarm, self.minute)

    def __enter__(self) -> Self:
        self.operator.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _undisturbed():
            self.close()

    def close(self) -> None:
        """Ends everything, looks whether it is gone, and removes the directory unless it was given."""
        self.operator.end()
        self.operator.seen.count(AuditTail(self.swarm.home.layout, backlog=MOST_LOG).read())
        self.summary = tuple(self.operator.seen.summary(time.monotonic() - self._began))
        root = self.swarm.home.policy.root.id
        with suppress(SwarmError):  # what a kill could not do, the last looks do
            self.swarm.kill([root], reason="the demo is over", grace=1.0)
        self._alive.close()  # agents that are left see that the demo is over
        self.left = tuple(f"{identity.pid} {platform.command(identity.pid)}" for identity in self._end_the_rest())
        if not self.kept and not self.left:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _end_the_rest(self) -> list[Identity]:
        """What still runs of this home, ended by identity; returns what would not go."""
        until = time.monotonic() + LAST_LOOKS_S
        clean = 0
        while True:
            found = self._running()
            clean = 0 if found else clean + 1
            if clean == 2 or time.monotonic() > until:
                return found
            for identity in found:
                with suppress(PermissionError):
                    send(identity, signal.SIGKILL)
            time.sleep(0.05)

    def _running(self) -> list[Identity]:
        """Every process that carries this home in its environment, and what the ledger still knows alive."""
        home = str(self.swarm.home.layout.root)
        found: dict[int, Identity] = {}
        for pid in platform.pids():
            environment = platform.environ(pid) if pid != os.getpid() else None
            if environment is not None and environment.get("SWARM_HOME") == home:
                identity = identify(pid)
                if identity is not None:
                    found[pid] = identity
        with suppress(SwarmError):
            for record in self.swarm.home.ledger.read().agents.values():
                for identity in (record.process, record.keeper):
                    if identity is not None and look(identity) is Liveness.ALIVE:
                        found[identity.pid] = identity
        return list(found.values())


@contextmanager
def interruptible() -> Iterator[None]:
    """A TERM or a closed terminal ends the demo as ctrl-c does: in order."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _signals_at(stop):
        yield


def _undisturbed() -> AbstractContextManager[None]:
    """A second ctrl-c must not leave half of it running: the end takes a few seconds at most."""
    return _signals_at(signal.SIG_IGN)


@contextmanager
def _signals_at(handling: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = {number: signal.signal(number, handling) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
