"""A session begins, or goes on, in a person's terminal: it is noted, so that what is said in it is found afterwards."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from swarm.hooks.context import HookCaller, text_of
from swarm.store import jsonio, writer


def begin(caller: HookCaller, given: Mapping[str, Any]) -> int:
    """Notes which session it is, and how long its file is already; returns the exit status."""
    size = 0
    with suppress(OSError, ValueError):
        size = os.stat(text_of(given, "transcript_path")).st_size
    session = text_of(given, "session_id")
    if session:
        line = {"spawn_id": caller.spawn_id, "session": session, "offset": size}
        writer.append_line(caller.agent.terminal_sessions, jsonio.to_json(line))
    return 0
