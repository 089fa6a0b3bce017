"""`swarm-tui doctor`: what is right and wrong with home, programs, limits, clock and stray processes."""

import argparse

from msgspec import to_builtins

from swarm_tui.cli.commands.common import acting, looking
from swarm_tui.cli.output import Output

_ROLES = {"ok": "good", "note": "muted", "warning": "warning", "error": "danger"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "--rebuild", action="store_true", help="make state.json (and a missing lock) anew from the tree"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Prints the findings. Exit status 1 where one is an error."""
    findings = acting(args).rebuild() if args.rebuild else looking(args, out).doctor()
    failed = any(finding.level == "error" for finding in findings)
    if out.json:
        out.document({"passed": not failed, "findings": [to_builtins(finding) for finding in findings]})
        return int(failed)
    for finding in findings:
        out.say_cells(
            ((f"{finding.level:<8}", _ROLES.get(finding.level, "")), (f"{finding.topic}: {finding.text}", ""))
        )
        if finding.hint:
            out.say(f"         {finding.hint}")
    return int(failed)
