"""`swarm-tui log`: what an agent writes, made safe for a terminal; what its program says, as a transcript."""

import argparse
import os
from collections.abc import Callable
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


Look = Callable[[], NewLines]
Rest = Callable[[], str]


def log(args: argparse.Namespace, out: Output) -> int:
    """Prints the last lines, and with -f those that come."""
    from swarm.protocol.logs import LogTail

    swarm = looking(args, out)
    agent_id = swarm.resolve(args.id)
    agent = swarm.agent_dir(agent_id)
    new_reader = _reader(swarm, agent)
    stream = args.stream or ("transcript" if new_reader is not None else "stdout")
    if stream == "transcript":
        if new_reader is None:
            raise _no_transcript(agent_id)
        from swarm_tui.workers.transcript_tail import TranscriptTail

        look: Look = TranscriptTail(agent.stdout, new_reader).read
        rest: Rest = str
    else:
        tail = LogTail(agent.stream(stream))
        look, rest = tail.read, tail.rest
    if args.follow:
        return _follow(look, rest, agent, out)
    lines = (*look().lines, *([rest()] if rest() else ()))
    errors = _errors(agent) if args.stream is None else []
    if out.json:
        shown = [_as_json(line) for line in lines]
        out.document({"id": agent_id, "stream": stream, "lines": shown, **({"stderr": errors} if errors else {})})
        return 0
    for line in lines:
        out.say(_as_text(line))
    if errors:
        out.say("! It ended badly, and these are the last lines of its stderr:")
    for line in errors:
        out.say(f"! {line}")
    if not lines and not errors:
        out.tell(f"{agent_id} has written nothing to {stream} yet.")
    return 0


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


def _follow(look: Look, rest: Rest, agent: "AgentDir", out: Output) -> int:
    def show() -> bool:
        found = look()
        _say(found, out)
        return bool(found.lines)

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
