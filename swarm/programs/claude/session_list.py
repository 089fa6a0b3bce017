"""The listing of its own sessions that Claude Code keeps in the user's directory, read and never written."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from swarm import platform
from swarm.errors import SwarmError
from swarm.model.agent import Identity
from swarm.model.bounds import Text
from swarm.model.listed import ListedSession, SessionKind
from swarm.programs.questions import FAILURES, ask
from swarm.store import declared
from swarm.store.reader import read_json

MAX_LISTED = 500
END_S = 15.0
"""The program ends a session of its own in a quarter of a second."""
_KINDS = {"bg": SessionKind.BACKGROUND, "background": SessionKind.BACKGROUND, "interactive": SessionKind.INTERACTIVE}
_LAUNCHED_BY = "CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS"

Number = Annotated[int, Meta(ge=0, le=2**53)]


class _Process(Struct, frozen=True):
    """sessions/PID.json: what a process of it writes of itself."""

    pid: Number = 0
    procStart: Text = ""  # noqa: N815 the program's key
    sessionId: Text = ""  # noqa: N815
    cwd: Text = ""
    startedAt: Number = 0  # noqa: N815
    """Milliseconds since 1970."""
    kind: Text = ""
    name: Text = ""
    jobId: Text = ""  # noqa: N815
    status: Text = ""


class _Worker(Struct, frozen=True):
    """A session in daemon/roster.json: what the daemon started for it, and what asked for it."""

    pid: Number = 0
    procStart: Text = ""  # noqa: N815
    dispatch: Mapping[str, object] = {}


def config_directory(environment: Mapping[str, str]) -> Path:
    """Where the program keeps what is the user's own."""
    return Path(environment.get("CLAUDE_CONFIG_DIR") or os.path.join(environment.get("HOME", "/"), ".claude"))


def listed(program: str, config: Path) -> tuple[ListedSession, ...]:
    """The sessions that run, oldest first. What cannot be read, or is of a process that is gone, is left out."""
    workers = _workers(config)
    found = []
    for path in _files(config / "sessions"):
        told = _told(path)
        if told is None or not told.sessionId:
            continue
        worker = workers.get(told.jobId)
        known = [(told.pid, told.procStart), *([(worker.pid, worker.procStart)] if worker is not None else ())]
        living = tuple(identity for pid, start in known if (identity := _identity(pid, start)) is not None)
        if not living or living[0].pid != told.pid:
            continue
        found.append(
            ListedSession(
                program=program,
                key=told.sessionId,
                short=told.jobId,
                name=told.name,
                kind=_KINDS.get(told.kind, SessionKind.OTHER),
                cwd=told.cwd,
                started_at=told.startedAt / 1000,
                status=told.status,
                processes=living,
                launched_by=_launched_by(worker),
            )
        )
    return tuple(sorted(found, key=lambda one: one.started_at))


def end(argv: Sequence[str], environment: Mapping[str, str], short: str) -> bool:
    """Has the program end one of its background sessions, so that its daemon does not start it again."""
    if not short.isalnum():
        return False  # it stands in a file that others can write, and must be no option
    try:
        return ask([*argv, "stop", short], environment, seconds=END_S).returncode == 0
    except FAILURES:
        return False


def _files(directory: Path) -> list[Path]:
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(".json"))
    except OSError:
        return []
    return [directory / name for name in names[:MAX_LISTED]]


def _told(path: Path) -> _Process | None:
    try:
        found = read_json(path)
    except SwarmError:
        return None
    return declared.read(_Process, found, "", []) if found is not None else None


def _workers(config: Path) -> Mapping[str, _Worker]:
    """By the short id under which the daemon knows a session."""
    try:
        roster = read_json(config / "daemon" / "roster.json") or {}
    except SwarmError:
        return {}
    workers = roster.get("workers")
    if not isinstance(workers, dict):
        return {}
    read = ((short, declared.read(_Worker, each, "", [])) for short, each in workers.items() if isinstance(each, dict))
    return {short: worker for short, worker in read if worker is not None}


def _launched_by(worker: _Worker | None) -> tuple[str, ...] | None:
    asked = worker.dispatch.get("env") if worker is not None else None
    told = asked.get(_LAUNCHED_BY) if isinstance(asked, dict) else None
    if not isinstance(told, str):
        return None
    return tuple(key for key in told[:10_000].split(",") if key)


def _identity(pid: int, start: str) -> Identity | None:
    """The process that started when the listing says that it did; None where another one has its pid by now."""
    found = platform.stat(pid) if pid > 1 and start.isdecimal() else None
    if found is None or found.dead or found.ticks != int(start[:20]):
        return None
    return Identity(platform.boot_id(), platform.pid_namespace(), pid, found.ticks, "")
