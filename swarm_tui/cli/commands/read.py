"""`swarm-tui read`: prints results and marks them read."""

import argparse
from typing import TYPE_CHECKING

from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.reports import Results


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("id", metavar="ID", help="an agent: its id, or an unambiguous tail of it")


def run(args: argparse.Namespace, out: Output) -> int:
    """Prints the results of an agent; they count as read from now on."""
    swarm = acting(args)
    report = swarm.read(args.id)
    if out.json:
        out.document(
            {
                "id": report.agent,
                "spawn_id": report.spawn_id,
                "first": report.first,
                "results": _document(report.results),
            }
        )
        return 0
    _say(report.results, out)
    return 0


def _document(results: "Results") -> dict[str, object]:
    return {
        **dict(results.extra),
        "status": results.status,
        "summary": results.summary,
        "outputs": results.outputs,
        "acceptance": [{"text": text, "passed": passed} for text, passed in results.acceptance],
        "finished_at": results.finished_at,
    }


def _say(results: "Results", out: Output) -> None:
    out.say(f"status: {results.status}")
    if results.finished_at:
        out.say(f"finished at: {results.finished_at}")
    for path in results.outputs:
        out.say(f"output: {path}")
    for text, passed in results.acceptance:
        out.say(f"{'passed' if passed else 'FAILED'}: {text}")
    for key, value in results.extra.items():
        out.say(f"{key}: {value}")
    if results.summary:
        out.say()
        out.say_block(results.summary)
