"""`swarm-tui sessions`, `adopt`: what agent programs run beside this swarm."""

import argparse
import time

from swarm.formatting import plural, spell_duration
from swarm.sanitize import clean
from swarm_tui.cli.commands.common import acting, iso, looking
from swarm_tui.cli.output import Output


def sessions(args: argparse.Namespace, out: Output) -> int:
    """Lists them, one a line."""
    swarm = looking(args, out)
    found, untold = swarm.sessions(), swarm.unlisted()
    if out.json:
        out.document(
            {
                "sessions": [
                    {
                        "program": each.program,
                        "key": each.key,
                        "name": each.name,
                        "kind": each.kind,
                        "status": each.status or None,
                        "cwd": each.cwd,
                        "started_at": iso(each.started_at or None),
                        "pid": each.processes[0].pid,
                        "alone_by": each.alone_by or None,
                        "launched_by": each.launched_by,
                    }
                    for each in found
                ],
                "unlisted": untold,
            }
        )
        return 0
    for each in found:
        age = spell_duration(max(0.0, time.time() - each.started_at))
        words = (
            each.key[:8],
            each.program,
            each.kind,
            each.status or "-",
            age,
            clean(each.cwd, 200),
            clean(each.name, 80),
        )
        out.say("  ".join(words).rstrip())
    out.tell(
        f"{plural(len(found), 'session')} beside this swarm." + (" Take one in: swarm-tui adopt KEY" if found else "")
    )
    if untold:
        out.tell(f"Of {' and '.join(untold)} it cannot be told which sessions run.")
    return 0


def adopt(args: argparse.Namespace, out: Output) -> int:
    """Takes one in, and says as what."""
    swarm = acting(args, out)
    asked = {"name": args.name, "role": args.role, "task": args.task, "parent": args.parent}
    if "@" in args.session:
        spawned = swarm.adopt_stray(args.session, **asked, restart=args.restart)
    else:
        spawned = swarm.adopt(args.session, **asked, end=args.end)
    for warning in spawned.warnings:
        out.tell(warning)
    if out.json:
        out.document(
            {
                "id": spawned.agent,
                "spawn_id": spawned.spawn_id,
                "directory": spawned.directory,
                "session": spawned.session or None,
            }
        )
    else:
        what = f"the session {spawned.session}" if spawned.session else "the command of a stray, from its start"
        out.say(f"{spawned.agent} goes on with {what}")
    return 0


def dismiss(args: argparse.Namespace, out: Output) -> int:
    """Says of ghosts and strays that they are no agents, or takes that back."""
    found = acting(args, out).dismiss(args.ids, undo=args.undo)
    if out.json:
        out.document({"dismissed": found, "undo": args.undo})
    else:
        for agent in found:
            out.say(f"{agent}: {'counts again' if args.undo else 'dismissed; take it back with --undo'}")
    return 0
