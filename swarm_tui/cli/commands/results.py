"""`swarm-tui results`: the results inbox as lines, the newest first, or as JSON. Marks nothing read."""

import argparse
from typing import TYPE_CHECKING

from swarm.formatting import plural
from swarm_tui.cli.commands.common import acting, iso
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.results_inbox import ResultsEntry


def results(args: argparse.Namespace, out: Output) -> int:
    """Prints who reported or ended; with --unread only those that somebody is to see to."""
    from swarm.rules.results.results_inbox import needs_a_reader

    swarm = acting(args, out)
    snapshot = swarm.snapshot()
    found = swarm.results(snapshot)
    waiting = [entry for entry in found if needs_a_reader(entry)]
    shown = waiting if args.unread else found
    if out.json:
        out.document({"results": [_document(entry) for entry in shown]})
        return 0
    from swarm_tui.cli.terminal_width import PIPE_COLUMNS, charset_of, width_of
    from widgets.results_row import entry_cells

    width, charset, now = width_of(out) or PIPE_COLUMNS, charset_of(out), swarm.now().wall
    for entry in shown:
        out.say_cells(entry_cells(entry, now, snapshot.root, width, charset))
    more = f", {len(waiting)} to be seen to: swarm-tui read ID, accept ID, reject ID --why TEXT" if waiting else ""
    out.tell(f"{plural(len(found), 'agent')} reported or ended{more}")
    return 0


def _document(entry: "ResultsEntry") -> dict[str, object]:
    from swarm_tui.cli.status_json import disputes_json, review_json

    return {
        "id": entry.agent,
        "spawn_id": entry.spawn_id or None,
        "role": entry.role,
        "state": entry.state.value,
        "why": entry.why,
        "at": iso(entry.at),
        "status": entry.status or None,
        "summary": entry.summary or None,
        "reader": entry.reader or None,
        "unread_beats": entry.unread_beats,
        "read_at": iso(entry.read_at),
        "read_by": entry.read_by or None,
        "promised": [{"what": each.what, "declared": each.declared, "files": each.files} for each in entry.promises],
        "outcomes": [{"text": text, "passed": passed} for text, passed in entry.outcomes],
        "disputes": disputes_json(entry.disputes),
        "review": review_json(entry.review),
        "tagged": entry.tagged or None,
    }
