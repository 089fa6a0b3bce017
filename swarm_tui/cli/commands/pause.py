"""`swarm-tui pause`: stops a whole subtree where it stands."""

import argparse

from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent: its id, or an unambiguous tail of it")


def run(args: argparse.Namespace, out: Output) -> int:
    """Stops it; paused time does not age."""
    swarm = acting(args)
    swarm.pause(args.id)
    agent_id = swarm.resolve(args.id)
    if out.json:
        out.document({"id": agent_id})
    else:
        out.say(f"{agent_id}: paused")
    return 0
