"""Cutting a process, or its disk, at any file operation of what it does."""

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from swarm.store import syscalls

Around = Callable[[int, str, Callable[[], Any], tuple[Any, ...]], Any]
"""Stands in for an operation: its number, its name, the operation itself, its arguments."""

CHANGES = ("open_append", "create", "write", "truncate", "sync", "link", "rename", "move", "unlink", "mkdir", "lock")
"""The functions of `swarm.store.syscalls` that change something, or decide whether something may change."""
TAKES_ROOM = frozenset({"open_append", "create", "write", "sync", "link", "rename", "move", "mkdir"})
FAULTS = (errno.ENOSPC, errno.EIO)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["swarm.api", "swarm.lifecycle.spawn", "swarm.protocol.role_checker", "tests.support.crash", "tests.support.homes"]
)


@contextmanager
def hooked(around: Around) -> Iterator[list[str]]:
    """Every changing operation of the store goes through `around`; yields their names as they come."""
    names: list[str] = []
    real = {name: getattr(syscalls, name) for name in CHANGES}

    def wrap(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            names.append(name)
            return around(len(names) - 1, name, partial(real[name], *args, **kwargs), args)

        return call

    for name in real:
        setattr(syscalls, name, wrap(name))
    try:
        yield names
    finally:
        for name, function in real.items():
            setattr(syscalls, name, function)


def operations(action: Callable[[], object]) -> list[str]:
    """The names of the operations that `action` makes here and now."""
    with hooked(lambda number, name, run, args: run()) as names:
        action()
    return names


@contextmanager
def failing(at: int, number: int, *, lasting: bool = False, short: bool = False) -> Iterator[list[str]]:
    """The operation `at` fails with errno `number`.

    lasting: so does everything after it that takes room on the disk. short: a failing write has written half.
    """

    def around(count: int, name: str, run: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if count == at or (lasting and count > at and name in TAKES_ROOM):
            if short and name == "write":
                os.write(args[0], args[1][: len(args[1]) // 2])
            raise OSError(number, os.strerror(number))
        return run()

    with hooked(around) as names:
        yield names


def start(target: Callable[..., None], *args: object) -> BaseProcess:
    """A process that runs `target(*args)`, forked from a server that has no threads."""
    process = _context.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def kill_at(at: int, when: str, target: Callable[..., None], *args: object) -> bool:
    """Runs `target(*args)` in a process that is killed `before` or `after` operation `at`; False if it had fewer."""
    process = start(_die, at, when, target, args)
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"hangs instead of dying {when} operation {at}")
    if process.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"failed {when} operation {at}: exit status {process.exitcode}")
    return process.exitcode == -signal.SIGKILL


def killer(at: int, when: str) -> Around:
    """Stands in for operations, and ends this very process with SIGKILL `before` or `after` number `at`."""

    def around(number: int, name: str, run: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if number == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = run()
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return around


def pipe() -> tuple[Connection, Connection]:
    """(receiving end, sending end) for a process made by `start`."""
    receiving, sending = _context.Pipe(duplex=False)
    return receiving, sending


def _die(at: int, when: str, target: Callable[..., None], args: tuple[object, ...]) -> None:
    with hooked(killer(at, when)):
        target(*args)
