"""Who a process is: named by boot, pid namespace, pid, start time and marker, and checked before every signal."""

import os

from swarm import platform
from swarm.model.agent import Identity, Liveness
from swarm.protocol.paths import MARKER


def identify(pid: int, marker: str = "") -> Identity | None:
    """The identity of a living process, or None where there is none."""
    found = platform.stat(pid) if pid > 0 else None
    if found is None or found.dead:
        return None
    return Identity(platform.boot_id(), platform.pid_namespace(), pid, found.ticks, marker)


def look(identity: Identity) -> Liveness:
    """Whether this very process lives (protocol.md, Identity). A zombie is dead; so is everything of another boot.

    The marker is compared where the environment can be read: a program may write over its own.
    """
    if identity.boot_id != platform.boot_id():
        return Liveness.DEAD
    if identity.pid_ns != platform.pid_namespace():
        return Liveness.ELSEWHERE
    if identity.pid <= 1:
        return Liveness.STRANGER
    found = platform.stat(identity.pid)
    if found is None:
        return Liveness.DEAD
    if found.ticks != identity.ticks:
        return Liveness.STRANGER
    if found.dead:
        return Liveness.DEAD
    if identity.marker:
        environment = platform.environ(identity.pid)
        if environment is not None and environment.get(MARKER) != identity.marker:
            return Liveness.STRANGER
    return Liveness.ALIVE


def has_ended(identity: Identity) -> bool:
    """Whether this very process, which acts on a home, has ended; one that cannot be looked at from here has not.

    Other than an agent, it may be the first process of a container: that is looked at like any other, as no signal
    follows.
    """
    if identity.pid == 1 and (identity.boot_id, identity.pid_ns) == (platform.boot_id(), platform.pid_namespace()):
        found = platform.stat(1)
        return found is None or found.dead or found.ticks != identity.ticks
    return look(identity) in (Liveness.DEAD, Liveness.STRANGER)


def send(identity: Identity, number: int) -> bool:
    """Signals this very process; False where it is gone, another process by now, or one that must never be signalled.

    Raises PermissionError where the process belongs to another user.
    """
    if look(identity) is not Liveness.ALIVE or identity.pid in untouchable():
        return False
    return platform.signal(identity.pid, identity.ticks, number)


def untouchable() -> frozenset[int]:
    """Pids that are never signalled, whatever a file says: init, ourselves, and everything that we run under."""
    never = {0, 1, os.getpid(), os.getpgrp(), os.getsid(0)}
    pid: int | None = os.getppid()
    while pid and pid > 1 and pid not in never:
        never.add(pid)
        pid = platform.parent(pid)
    if pid:
        never.add(pid)
    return frozenset(never)
