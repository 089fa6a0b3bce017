"""What an operator and an agent said in a terminal, brought into the agent's output, and with it into the sums."""

import os
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, to_builtins

from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.lifecycle.environment import program_of
from swarm.model.agent import AgentSpec
from swarm.model.bounds import Count, Seconds, Text
from swarm.model.record import Record
from swarm.programs.base import Program
from swarm.programs.run_marker import Talk, terminal_mark
from swarm.protocol.agent_files import read_spec
from swarm.protocol.paths import AgentDir
from swarm.store import declared, jsonio, reader, writer

MAX_BYTES = 64 << 20
"""Of a longer session file the beginning is left unread."""


class Beginning(Struct, frozen=True):
    """`.run/terminal.json`: where the session's own file stood when the operator came."""

    spawn_id: Text
    session: Text = ""
    path: Text = ""
    offset: Count = 0
    at: Seconds = 0.0


def look(home: Home, record: Record, program: Program, session: str) -> Beginning:
    """Where a talk would begin now. Called once the headless run is gone, and before the terminal's begins."""
    path = program.session_file(session)
    size = os.stat(path).st_size if path is not None else 0
    return Beginning(record.spawn_id, session, str(path or ""), size, home.clock.wall())


def begin(home: Home, record: Record, begun: Beginning) -> None:
    """Writes down where the talk began, once a terminal runs the session. Raises SwarmError."""
    agent = home.layout.agent(record.id)
    writer.write_atomic(agent.terminal, jsonio.to_json({"schema": 1, **to_builtins(begun)}), mode=0o600)


def bring_in(home: Home, record: Record) -> None:
    """Appends the talk to the agent's output, once, whoever comes first: the terminal that is left, or a kill.

    What the program does not write down is marked as unknown. Never raises: the talk holds up no end.
    """
    agent = home.layout.agent(record.id)
    spec = record.ref.match(read_spec(agent).value)
    with suppress(SwarmError, OSError):
        begun = _claim(agent, record)
        if begun is not None and spec is not None:
            half = reader.read_tail(agent.stdout, 1)  # a run that was killed may have left half a line
            ends = half is None or half.data in (b"", b"\n")
            writer.append_block(agent.stdout, (b"" if ends else b"\n") + _lines(home, record, spec, begun))


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


def _lines(home: Home, record: Record, spec: AgentSpec, begun: Beginning) -> bytes:
    told = _told(program_of(home, record), begun)
    mark = terminal_mark(spec, record.program, Talk.TOLD if told is not None else Talk.UNTOLD, begun.at)
    return mark + (told or b"")


def _told(program: Program, begun: Beginning) -> bytes | None:
    """The talk as lines of output, b'' where nothing was said; None where that is not known."""
    path = program.session_file(begun.session)
    if path is None or path != Path(begun.path):
        return None
    read = reader.read_tail(path, MAX_BYTES)
    if read is None or read.size < begun.offset or read.size - len(read.data) > begun.offset:
        return None
    at = begun.offset - (read.size - len(read.data))
    return program.as_output(read.data[:at], read.data[at:])
