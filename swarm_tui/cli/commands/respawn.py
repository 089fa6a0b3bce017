"""`swarm-tui respawn`: starts an ended agent's spec again."""

import argparse

from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent that has ended: its id, or an unambiguous tail of it")
    parser.add_argument("--fresh", action="store_true", help="begin anew, where its session could go on")


def run(args: argparse.Namespace, out: Output) -> int:
    """Starts it again; the old directory stays as NAME.1, and what was learned stands in the brief."""
    swarm = acting(args)
    spawned = swarm.respawn(args.id, fresh=args.fresh)
    for warning in spawned.warnings:
        out.tell(f"warning: {warning}")
    if out.json:
        out.document(
            {
                "id": spawned.agent,
                "spawn_id": spawned.spawn_id,
                "directory": spawned.directory,
                "queued": spawned.queued,
                "session": spawned.session,
                "warnings": spawned.warnings,
            }
        )
        return 0
    out.say(spawned.agent)
    out.say(spawned.directory)
    if spawned.session:
        out.say(f"its session {spawned.session} goes on")
    return 0
