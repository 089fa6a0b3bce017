"""`swarm-tui kill`: stops agents and everything below them."""

import argparse
import sys
from typing import TYPE_CHECKING

from swarm.errors import UsageError
from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.requests import KillPreview, KillReport


def kill(args: argparse.Namespace, out: Output) -> int:
    """Asks, stops, and prints what was found. Exit status 1 where something is not proved gone, or not recorded."""
    swarm = acting(args, out)
    ids, shown = args.ids, {}
    if not args.yes:
        swarm.home.must_be_writable()  # before the operator is asked
        previews = swarm.preview_kill(ids, swarm.snapshot())
        _tell_subtrees(previews, out)
        if not _agreed(out):
            out.tell("Nothing was stopped.")
            return 1
        # Who was shown is who is stopped, and not a namesake that came while the person thought.
        shown = {preview.target: preview.spawn_id for preview in previews}
        ids = list(shown)
    report = swarm.kill(ids, reason=args.reason, grace=args.grace, spawn_ids=shown)
    if out.json:
        out.document(
            {
                "gone": report.gone,
                "took_ms": report.took_ms,
                "agents": [
                    {
                        "id": ended.agent,
                        "spawn_id": ended.spawn_id,
                        "gone": ended.gone,
                        "unverified": ended.unverified,
                        "may_have_left": ended.may_have_left,
                        "found": [dict(found) for found in ended.found],
                        "steps": ended.steps,
                        "note": ended.note,
                        "unrecorded": ended.unrecorded,
                    }
                    for ended in report.agents
                ],
            }
        )
    else:
        _say(report, out)
    if report.unrecorded:
        out.tell(f"Not recorded yet: {report.unrecorded} The next heartbeat that finds room records it.")
    return 0 if report.gone and not report.unrecorded else 1


def _tell_subtrees(previews: "list[KillPreview]", out: Output) -> None:
    from swarm.formatting import spell_duration

    out.tell("This stops:")
    for preview in previews:
        for agent, _, state, age in preview.members:
            silent = f", silent {spell_duration(age)}" if age is not None else ""
            out.tell(f"  {agent} ({state}{silent})")


def _agreed(out: Output) -> bool:
    """Whether a person said yes; without one to ask, the call is wrong."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "There is no operator to ask.", "Standard input is not a terminal.", "Say --yes to stop them unasked."
        )
    out.err.write("Stop them? [y/N] ")
    out.err.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(report: "KillReport", out: Output) -> None:
    for ended in report.agents:
        outcome = "gone" if ended.gone else f"NOT proved gone: {ended.unverified}"
        note = f" ({ended.note})" if ended.note else ""
        out.say(f"{ended.agent}: {outcome}{note}")
        for found in ended.found:
            words = ", ".join(f"{key} {value}" for key, value in found.items() if key != "pid")
            out.say(f"  found pid {found.get('pid', '?')}: {words}")
        if ended.may_have_left:
            out.say(f"  may have left: {', '.join(ended.may_have_left)}")
    out.say(f"{len(report.agents)} stopped in {report.took_ms} ms")
