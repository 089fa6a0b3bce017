"""`swarm-tui demo`: a home in a temporary directory, full of real processes."""

import argparse

from swarm.errors import UsageError
from swarm_tui.cli.output import Output


def demo(args: argparse.Namespace, out: Output) -> int:
    """Runs the demo; it leaves nothing running."""
    import os
    import sys

    if out.json:
        raise UsageError("The demo has no JSON.", hint="Its home has: swarm-tui -C DIR events --json")
    if not args.headless:
        terminal = sys.stdin is not None and sys.stdin.isatty() and out.tty
        if not terminal or os.environ.get("TERM", "dumb") in ("dumb", ""):
            raise UsageError(
                "The demo's control room needs a terminal.", hint="Try: swarm-tui demo --headless --for 90s"
            )
    from swarm_tui.demo import main

    return main.run(args.headless, args.for_seconds, args.speed, args.directory)
