"""`swarm-tui message`: leaves an agent a message in its inbox.md."""

import argparse

from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent: its id, or an unambiguous tail of it")
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what it is to read at its next step")


def run(args: argparse.Namespace, out: Output) -> int:
    """Leaves the message, and says whether it went into the running session or waits."""
    swarm = acting(args)
    left = swarm.message(args.id, " ".join(args.text))
    if out.json:
        out.document({"id": left.agent, "message": left.id, "sent": left.sent, "waits": left.waits})
    elif left.sent:
        out.say(f"{left.agent}: message {left.id} sent into its running session")
    else:
        out.say(f"{left.agent}: message {left.id} left in its inbox ({left.waits})")
    return 0
