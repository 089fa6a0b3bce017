"""`swarm-tui log`: what an agent writes, made safe for a terminal."""

import argparse
import os
import time
from typing import TYPE_CHECKING

from swarm.errors import SwarmError
from swarm_tui.commands.common import looking
from swarm_tui.output import Output

if TYPE_CHECKING:
    from swarm.layout import AgentDir
    from swarm.logs import Chunk, LogTail

STREAMS = ("stdout", "stderr", "transcript")
LOOK_SECONDS = 0.2


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent: its id, or an unambiguous tail of it")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as it grows, until the agent has ended")
    parser.add_argument("--stream", choices=STREAMS, default="stdout", help="which of its outputs (stdout)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Prints the last lines, and with -f those that come."""
    from swarm.logs import LogTail

    swarm = looking(args, out)
    agent_id = swarm.resolve(args.id)
    agent = swarm.agent_dir(agent_id)
    path = agent.stream(args.stream)
    if args.stream == "transcript" and not path.exists():
        raise SwarmError(
            f"{agent_id} has no transcript.",
            "A `command` agent's transcript is what it writes to standard output.",
            f"Try: swarm-tui log {agent_id} --stream stdout",
            code="no-transcript",
        )
    tail = LogTail(path)
    if args.follow:
        return _follow(tail, agent, out)
    chunk = tail.read()
    lines = (*chunk.lines, tail.rest()) if tail.rest() else chunk.lines
    if out.json:
        out.document({"id": agent_id, "stream": args.stream, "lines": lines})
        return 0
    for line in lines:
        out.say(line)
    if not lines:
        out.tell(f"{agent_id} has written nothing to {args.stream} yet.")
    return 0


def _follow(tail: "LogTail", agent: "AgentDir", out: Output) -> int:
    while True:
        # The order matters: what was written before the end is read after the end was seen.
        ended = os.path.lexists(agent.exit) or not os.path.lexists(agent.path)
        chunk = tail.read()
        _say(chunk, out)
        if ended and not chunk.lines:
            if tail.rest():
                _line(tail.rest(), out)
            return 0
        if not chunk.lines:
            time.sleep(LOOK_SECONDS)


def _say(chunk: "Chunk", out: Output) -> None:
    if chunk.restarted:
        out.tell("(the file is another one now)")
    if chunk.skipped:
        out.tell(f"({chunk.skipped} bytes came too fast and are left out)")
    for line in chunk.lines:
        _line(line, out)
    out.flush()


def _line(line: str, out: Output) -> None:
    if out.json:
        out.record({"line": line})
    else:
        out.say(line)
