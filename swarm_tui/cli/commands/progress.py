"""`swarm-tui progress`: an agent appends a line to its own progress.md. Light: agents call it many times an hour."""

import argparse

from swarm_tui.cli.commands.common import count, reporting
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what was done, in one sentence")
    parser.add_argument("--outputs", type=count, metavar="N", help="how many outputs there are so far")


def run(args: argparse.Namespace, out: Output) -> int:
    """Appends the line, and prints it as it was written."""
    from swarm.verbs.report import progress

    layout, actor = reporting(args)
    line = progress(layout, actor, " ".join(args.text), args.outputs)
    if out.json:
        out.document({"id": actor.agent, "line": line})
    else:
        out.say(line)
    return 0
