"""`swarm-tui status`: the tree as text, as JSON, or as one line."""

import argparse

from swarm.errors import UsageError
from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import Output


def status(args: argparse.Namespace, out: Output) -> int:
    """Looks at everything once and prints it."""
    if args.line and out.json:
        raise UsageError("--line and --json exclude each other.")
    swarm = looking(args, out)
    snapshot = swarm.snapshot()
    now = swarm.now()
    verdicts = swarm.verdicts(snapshot, now)
    if out.json:
        from swarm_tui.cli.status_json import document

        out.document(document(snapshot, verdicts, now, swarm.home.policy, swarm.usage(snapshot)))
        return 0
    from swarm.rules.heart import heart
    from swarm_tui.cli.status_text import charset_of, line, tree, width_of

    if args.line:
        out.say(line(snapshot, verdicts, now, heart(snapshot, swarm.home.policy, now), charset_of(out)))
        return 0
    beats = heart(snapshot, swarm.home.policy, now)
    for cells in tree(snapshot, verdicts, now, beats, charset_of(out), width_of(out)):
        out.say_cells(cells)
    return 0
