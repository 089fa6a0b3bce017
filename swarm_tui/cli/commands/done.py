"""`swarm-tui done`: an agent writes its results.json, atomically and once. Light."""

import argparse
import os
from typing import Any

from swarm.errors import Usage
from swarm_tui.cli.commands.common import reporting
from swarm_tui.cli.output import Output

STATUSES = ("success", "failed", "partial")
MAX_RESULTS = 1 << 20


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--status", choices=STATUSES, help="how it ended (success)")
    parser.add_argument("--summary", default="", metavar="T", help="what came of it, in a few sentences")
    parser.add_argument("--output", action="append", default=[], metavar="P", help="a file that came of it")
    parser.add_argument("--file", metavar="F", help="a whole results object as JSON; - for standard input")


def run(args: argparse.Namespace, out: Output) -> int:
    """Writes the results, and prints where they are."""
    from swarm.verbs.report import done

    given = None if args.file is None else _given(args.file)
    if given is not None and args.status is not None:
        given["status"] = args.status
    layout, actor = reporting(args)
    status = args.status or "success"
    path = done(layout, actor, status=status, summary=args.summary, outputs=args.output, given=given)
    if out.json:
        out.document({"id": actor.agent, "status": (given or {}).get("status", status), "path": str(path)})
    else:
        out.say(str(path))
    return 0


def _given(name: str) -> dict[str, Any]:
    """The object of a file; raises Usage where there is none."""
    import json
    import sys

    try:
        if name == "-":
            text = sys.stdin.read(MAX_RESULTS + 1) if sys.stdin is not None else ""
        else:
            with open(os.path.expanduser(name), encoding="utf-8") as file:
                text = file.read(MAX_RESULTS + 1)
        value = json.loads(text)
    except OSError as error:
        raise Usage(f"--file {name!r} cannot be read.", error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise Usage(
            f"--file {name!r} is not JSON.", str(error)[:300], "Write an object with status and summary."
        ) from error
    if len(text) > MAX_RESULTS or not isinstance(value, dict):
        raise Usage(
            f"--file {name!r} is not a results object.",
            "It is larger than 1 MiB." if len(text) > MAX_RESULTS else f"It holds a {type(value).__name__}.",
            "Write an object with status and summary.",
        )
    return value
