"""`swarm-tui message`: leaves an agent a message in its inbox.md."""

import argparse

from swarm_tui.commands.common import acting
from swarm_tui.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent: its id, or an unambiguous tail of it")
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what it is to read at its next step")


def run(args: argparse.Namespace, out: Output) -> int:
    """Leaves the message."""
    swarm = acting(args)
    swarm.message(args.id, " ".join(args.text))
    agent_id = swarm.resolve(args.id)
    if out.json:
        out.document({"id": agent_id})
    else:
        out.say(f"{agent_id}: message left")
    return 0
