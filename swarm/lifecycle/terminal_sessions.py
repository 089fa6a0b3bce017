"""terminal-sessions.jsonl: the sessions that a person in an agent's terminal has gone on with, in order.

The hook `session` writes it, a line each (hooks/sessions.py). A program may begin another session without leaving its
terminal (`/clear`), or go over to an older one (`/resume`).
"""

import os
from contextlib import suppress

from msgspec import Struct

from swarm.errors import SwarmError
from swarm.model.bounds import Count, Text
from swarm.protocol.paths import AgentDir
from swarm.store import declared, jsonio, reader

MAX_BYTES = 256 << 10


class TerminalSession(Struct, frozen=True):
    """One of them. offset: bytes of its own file when the person came to it."""

    spawn_id: Text
    session: Text
    offset: Count = 0


def forget(agent: AgentDir) -> None:
    """Removes those of an earlier terminal."""
    with suppress(FileNotFoundError), reader.directory(agent.run) as run:
        os.unlink(agent.terminal_sessions.name, dir_fd=run)


def read(agent: AgentDir, spawn_id: str) -> tuple[TerminalSession, ...]:
    """Those of this spawn, each once, as it was first come to. What cannot be read is left out."""
    found: dict[str, TerminalSession] = {}
    with suppress(SwarmError):
        tail = reader.read_tail(agent.terminal_sessions, MAX_BYTES)
        for line in tail.data.splitlines() if tail is not None else ():
            with suppress(jsonio.Invalid):
                told = declared.read(TerminalSession, jsonio.parse_json(line), "", [])
                if told is not None and told.spawn_id == spawn_id:
                    found.setdefault(told.session, told)
    return tuple(found.values())
