"""The sessions of Codex that run, as it tells them itself: each is locked by the process that writes it down.

In its directory lie `thread-writer-locks/KEY.lock`, also of processes that were killed, and `sessions/.../*-KEY.jsonl`.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from swarm import platform
from swarm.errors import SwarmError
from swarm.model.agent import Identity
from swarm.model.listed import ListedSession, SessionKind
from swarm.store import jsonio, reader

LOCKS = "thread-writer-locks"
LOCK = ".lock"
MAX_LISTED = 500
FIRST_LINE_BYTES = 256 << 10
"""The first line of a session holds the instructions that it began with, too."""
SERVER = "app-server"
"""In the command of the process that runs the sessions of all of this user's terminals."""


def config_directory(environment: Mapping[str, str]) -> Path:
    """Where the program keeps what is the user's own."""
    return Path(environment.get("CODEX_HOME") or os.path.join(environment.get("HOME", "/"), ".codex"))


def listed(program: str, config: Path) -> tuple[ListedSession, ...]:
    """The sessions that run, oldest first."""
    locks = _locks(config / LOCKS)
    found = [each for pid in platform.writers(locks) for each in _written_by(program, pid, locks)]
    return tuple(sorted(found, key=lambda one: one.started_at))


def _locks(directory: Path) -> list[Path]:
    with suppress(OSError):
        names = sorted(name for name in os.listdir(directory) if name.endswith(LOCK) and not name.startswith("."))
        return [directory / name for name in names[:MAX_LISTED]]
    return []


def _written_by(program: str, pid: int, locks: list[Path]) -> Iterator[ListedSession]:
    process = platform.stat(pid)
    opened = platform.open_files(pid)
    held = {os.path.realpath(lock): lock for lock in locks}
    if process is None or process.dead:
        return
    identity = Identity(platform.boot_id(), platform.pid_namespace(), pid, process.ticks, "")
    shared = SERVER in platform.command(pid).split()
    alone = SessionKind.INTERACTIVE if platform.has_terminal(pid) else SessionKind.OTHER
    for path in dict.fromkeys(each for each in opened if each in held):
        key = held[path].name.removesuffix(LOCK)
        told = next((each for each in opened if each.endswith(f"-{key}.jsonl")), "")
        yield ListedSession(
            program=program,
            key=key,
            kind=SessionKind.BACKGROUND if shared else alone,
            cwd=_directory(told) or platform.directory(pid),
            started_at=_made_at(held[path]),
            processes=(identity,),
            is_kept=_has_words(told),
            alone_by=f"codex resume --no-daemon {key}" if shared else "",
        )


def _directory(session: str) -> str:
    """Where a session works, as its first line tells; '' where that cannot be read."""
    with suppress(SwarmError, ValueError, jsonio.Invalid):
        read = reader.read_head(Path(session), FIRST_LINE_BYTES) if session else None
        first = jsonio.parse_json(read.data.partition(b"\n")[0]) if read is not None else {}
        payload = first.get("payload")
        told = payload.get("cwd") if isinstance(payload, dict) else None
        return told if isinstance(told, str) else ""
    return ""


def _has_words(session: str) -> bool:
    with suppress(OSError):
        return bool(session) and os.lstat(session).st_size > 0
    return False


def _made_at(path: Path) -> float:
    with suppress(OSError):
        return path.lstat().st_mtime
    return 0.0
