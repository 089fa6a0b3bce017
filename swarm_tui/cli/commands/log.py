"""`swarm-tui log`: what an agent writes, made safe for a terminal; what its program says, as a transcript."""

import argparse
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Protocol

from swarm.errors import Code, SwarmError
from swarm_tui.cli.commands.common import follow, iso, looking
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.api import Swarm
    from swarm.model.activity import Reader
    from swarm.programs.transcript import TranscriptLine
    from swarm.protocol.paths import AgentDir


class NewLines(Protocol):
    """What one look at an output found."""

    @property
    def lines(self) -> "tuple[str | TranscriptLine, ...]": ...
    @property
    def skipped(self) -> int: ...
    @property
    def restarted(self) -> bool: ...
    @property
    def places(self) -> tuple[int, ...]: ...


class Tail(Protocol):
    """An output that is read part by part."""

    @property
    def behind(self) -> int: ...
    def read(self, limit: int | None = None) -> NewLines: ...


PART = 1 << 20
"""Bytes of an output that is read from its beginning, at once."""
Look = Callable[[], NewLines]
Rest = Callable[[], str]


def log(args: argparse.Namespace, out: Output) -> int:
    """Prints the last lines, or all of them, and with -f those that come."""
    from swarm.protocol.logs import WINDOW_BYTES, LogTail

    swarm = looking(args, out)
    agent_id = swarm.resolve(args.id)
    agent = swarm.agent_dir(agent_id)
    new_reader = _reader(swarm, agent)
    stream = args.stream or ("transcript" if new_reader is not None else "stdout")
    if stream == "transcript":
        if new_reader is None:
            raise _no_transcript(agent_id)
        from swarm_tui.workers import transcript_tail

        window = None if args.all else transcript_tail.WINDOW_BYTES
        tail: Tail = transcript_tail.TranscriptTail(agent.stdout, new_reader, window)
        rest: Rest = str
    else:
        plain = LogTail(agent.stream(stream), None if args.all else WINDOW_BYTES)
        tail, rest = plain, plain.rest
    look: Look = partial(tail.read, PART) if args.all else tail.read
    if args.follow:
        return _follow(look, rest, tail, agent, out)
    found = look()
    earlier = found.skipped or (found.places[0] if found.places and stream != "transcript" else 0)
    if earlier and not args.all:
        out.tell(f"(… {earlier} bytes of it are earlier: swarm-tui log {agent_id} --stream {stream} --all)")
    lines = _lines(found, look, tail, rest)
    errors = _errors(agent) if args.stream is None else []
    if out.json:
        shown = list(map(_as_json, lines))
        out.document({"id": agent_id, "stream": stream, "lines": shown, **({"stderr": errors} if errors else {})})
        return 0
    any_line = False
    for line in lines:
        out.say(_as_text(line))
        any_line = True
    if errors:
        out.say("! It ended badly, and these are the last lines of its stderr:")
    for line in errors:
        out.say(f"! {line}")
    if not any_line and not errors:
        out.tell(f"{agent_id} has written nothing to {stream} yet.")
    return 0


def _lines(found: NewLines, look: Look, tail: Tail, rest: Rest) -> "Iterator[str | TranscriptLine]":
    """The lines of a first look, and of further ones where it did not come to the end."""
    yield from found.lines
    while tail.behind:
        yield from look().lines
    if rest():
        yield rest()


def _errors(agent: "AgentDir") -> list[str]:
    """The last lines of stderr of an agent that has ended badly: why a start failed stands nowhere else."""
    from swarm.protocol.agent_files import read_exit
    from swarm.protocol.logs import last_lines

    gone = read_exit(agent).value
    return last_lines(agent, "stderr") if gone is not None and gone.code != 0 and not gone.stopped else []


def _reader(swarm: "Swarm", agent: "AgentDir") -> "Callable[[], Reader] | None":
    """How its program's output is read; None where that is plain text."""
    from swarm.programs.registry import new_reader_for
    from swarm.protocol.agent_files import read_spec

    spec = read_spec(agent).value
    return new_reader_for(spec.program, swarm.home.policy) if spec is not None else None


def _no_transcript(agent_id: str) -> SwarmError:
    return SwarmError(
        f"{agent_id} has no transcript.",
        "Its program prints plain text: a `command` agent's transcript is what it writes to standard output.",
        f"Try: swarm-tui log {agent_id} --stream stdout",
        code=Code.NO_TRANSCRIPT,
    )


def _follow(look: Look, rest: Rest, tail: Tail, agent: "AgentDir", out: Output) -> int:
    def show() -> bool:
        found = look()
        _say(found, out)
        return bool(found.lines or tail.behind)

    follow(show, over=lambda: os.path.lexists(agent.exit) or not os.path.lexists(agent.path))
    if rest():
        _line(rest(), out)
    return 0


def _say(found: NewLines, out: Output) -> None:
    if found.restarted:
        out.tell("(the file is another one now)")
    if found.skipped:
        out.tell(f"({found.skipped} bytes came too fast and are left out)")
    for line in found.lines:
        _line(line, out)
    out.flush()


def _line(line: "str | TranscriptLine", out: Output) -> None:
    if out.json:
        said = _as_json(line)
        out.record(said if isinstance(said, dict) else {"line": said})
    else:
        out.say(_as_text(line))


def _as_text(line: "str | TranscriptLine") -> str:
    if isinstance(line, str):
        return line
    return ("! " if line.error else "  ") + line.shown


def _as_json(line: "str | TranscriptLine") -> object:
    if isinstance(line, str):
        return line
    return {
        "kind": line.kind.value,
        "text": line.text,
        "at": iso(line.at),
        "error": line.error,
        "depth": line.depth,
    }
