"""What an operator and an agent said in a terminal, brought into the agent's output, and with it into the sums."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, to_builtins

from swarm.admission.environment import program_of
from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.lifecycle import terminal_sessions
from swarm.lifecycle.terminal_sessions import TerminalSession
from swarm.model.agent import AgentSpec
from swarm.model.bounds import Count, Seconds, Text
from swarm.model.record import Record
from swarm.programs.run_marker import Talk, session_file, terminal_mark
from swarm.protocol.agent_files import read_spec
from swarm.protocol.names import is_plain
from swarm.protocol.paths import AgentDir
from swarm.store import declared, jsonio, reader, writer

if TYPE_CHECKING:
    from swarm.programs.base import Program

MAX_BYTES = 64 << 20
"""Of a longer session file the beginning is left unread."""


class Beginning(Struct, frozen=True):
    """`.run/terminal.json`: where the session's own file stood when the operator came."""

    spawn_id: Text
    session: Text = ""
    path: Text = ""
    offset: Count = 0
    at: Seconds = 0.0


def look(home: Home, record: Record, program: "Program", session: str) -> Beginning:
    """Where a talk would begin now. Called once the headless run is gone, and before the terminal's begins."""
    terminal_sessions.forget(home.layout.agent(record.id))
    path = program.session_file(session)
    size = os.stat(path).st_size if path is not None else 0
    return Beginning(record.spawn_id, session, str(path or ""), size, home.clock.wall())


def begin(home: Home, record: Record, begun: Beginning) -> None:
    """Writes down where the talk began, once a terminal runs the session. Raises SwarmError."""
    agent = home.layout.agent(record.id)
    writer.write_atomic(agent.terminal, jsonio.to_json({"schema": 1, **to_builtins(begun)}), mode=0o600)


def bring_in(home: Home, record: Record) -> bool:
    """Appends the talk to the agent's output, once, whoever comes first: the terminal that is left, or a kill.

    What the program does not write down is marked as unknown. Returns whether the person began another session in the
    terminal, with which the agent goes on. Never raises: the talk holds up no end.
    """
    agent = home.layout.agent(record.id)
    spec = record.ref.match(read_spec(agent).value)
    with suppress(SwarmError, OSError):
        begun = _claim(agent, record)
        if begun is not None and spec is not None:
            half = reader.read_tail(agent.stdout, 1)  # a run that was killed may have left half a line
            ends = half is None or half.data in (b"", b"\n")
            program = program_of(home, record)
            others = _others(program, terminal_sessions.read(agent, record.spawn_id), begun)
            lines = _lines(program, spec, record, begun, [told for _, told in others])
            writer.append_block(agent.stdout, (b"" if ends else b"\n") + lines)
            if others:
                chosen = session_file(spec, record.program, others[-1][0])
                writer.write_atomic(agent.session, chosen, mode=0o600)
                return True
    return False


def _claim(agent: AgentDir, record: Record) -> Beginning | None:
    """What `begin` noted; None where another process has it already. Renaming gives it to one of several."""
    mine = agent.terminal.with_name(f"terminal-{os.getpid()}.json")
    with reader.directory(agent.run) as run:
        os.rename(agent.terminal.name, mine.name, src_dir_fd=run, dst_dir_fd=run)
        try:
            found = reader.read_json(mine) or {}
        finally:
            os.unlink(mine.name, dir_fd=run)
    begun = declared.read(Beginning, found, "", [])
    return begun if begun is not None and begun.spawn_id == record.spawn_id else None


def _lines(program: "Program", spec: AgentSpec, record: Record, begun: Beginning, others: Sequence[bytes]) -> bytes:
    """A run for each session: what a program says of its costs is of one session."""
    path = program.session_file(begun.session)
    told = _told(program, path, begun.offset) if path is not None and path == Path(begun.path) else None
    known = terminal_mark(spec, record.program, Talk.TOLD, begun.at)
    first = terminal_mark(spec, record.program, Talk.UNTOLD, begun.at) if told is None else known + told
    return first + b"".join(known + each for each in others)


def _others(program: "Program", sessions: Iterable[TerminalSession], begun: Beginning) -> list[tuple[str, bytes]]:
    """The other sessions in which something was said, with that as lines of output."""
    found = []
    for each in sessions:
        path = program.session_file(each.session) if is_plain(each.session) else None
        if each.session != begun.session and path is not None and (told := _told(program, path, each.offset)):
            found.append((each.session, told))
    return found


def _told(program: "Program", path: Path, offset: int) -> bytes | None:
    """What was said in a session from there on, b'' where nothing was; None where that is not known."""
    read = reader.read_tail(path, MAX_BYTES)
    if read is None or read.size < offset or read.size - len(read.data) > offset:
        return None
    at = offset - (read.size - len(read.data))
    return program.as_output(read.data[:at], read.data[at:])
