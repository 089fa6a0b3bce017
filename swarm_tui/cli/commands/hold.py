"""`swarm-tui hold`: no automatic kill for some heartbeats."""

import argparse

from swarm_tui.cli.commands.common import acting, count
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent: its id, or an unambiguous tail of it")
    parser.add_argument(
        "--for", dest="beats", type=count, required=True, metavar="N", help="heartbeats; 0 takes the hold back"
    )
    parser.add_argument("--why", required=True, metavar="T", help="the reason; shown beside the agent")


def run(args: argparse.Namespace, out: Output) -> int:
    """Holds it, or takes the hold back."""
    swarm = acting(args)
    swarm.hold(args.id, beats=args.beats, why=args.why)
    agent_id = swarm.resolve(args.id)
    if out.json:
        out.document({"id": agent_id, "beats": args.beats})
    elif args.beats:
        out.say(f"{agent_id}: held for {args.beats} heartbeat{'s' if args.beats != 1 else ''}")
    else:
        out.say(f"{agent_id}: no longer held")
    return 0
