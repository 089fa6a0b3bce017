"""`swarm-tui archive`: puts away what is over, lists what was put away, and puts it back."""

import argparse
from typing import TYPE_CHECKING

from swarm.errors import UsageError
from swarm.formatting import plural
from swarm_tui.cli.commands.common import acting, iso, looking
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.archive import ArchivedAgent


def archive(args: argparse.Namespace, out: Output) -> int:
    """Puts away those named, or all that can be; with --list or --restore what these say."""
    if bool(args.ids) + args.list + bool(args.restore) > 1:
        raise UsageError("IDs, --list and --restore are three different things.", hint="Give one of them.")
    if args.list:
        return _list(args, out)
    if args.restore:
        restored = acting(args, out).restore(args.restore)
        if out.json:
            out.document({"restored": restored})
        else:
            out.say(f"{restored}: back in the tree")
        return 0
    report = acting(args, out).archive(args.ids or ())
    if out.json:
        out.document(
            {
                "archived": [_document(row) for row in report.archived],
                "kept": [{"id": agent_id, "why": why} for agent_id, why in report.kept],
            }
        )
        return 0
    for row in report.archived:
        out.say(f"{row.id}: in the archive")
    for agent_id, why in report.kept:
        out.tell(f"{agent_id} stays: {why}")
    out.tell(f"{plural(len(report.archived), 'agent')} put away, each with all below it.")
    return 0


def _list(args: argparse.Namespace, out: Output) -> int:
    rows = looking(args, out).archived()
    if out.json:
        out.document({"archive": [_document(row) for row in rows]})
        return 0
    for row in rows:
        out.say("  ".join((row.key, row.id, row.ending or "-", iso(row.ended_at) or "-")))
    out.tell(f"{plural(len(rows), 'agent')} in the archive." + (" Put one back: --restore ID" if rows else ""))
    return 0


def _document(row: "ArchivedAgent") -> dict[str, object]:
    return {
        "key": row.key,
        "id": row.id,
        "spawn_id": row.spawn_id,
        "path": row.path,
        "role": row.role,
        "ending": row.ending or None,
        "ended_at": iso(row.ended_at),
    }
