"""`swarm-tui demo`: a home in a temporary directory, full of real processes."""

import argparse

from swarm.errors import Usage
from swarm_tui.cli.commands.common import positive_duration
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--headless", action="store_true", help="no control room: print the events")
    parser.add_argument(
        "--for",
        dest="for_seconds",
        type=positive_duration,
        metavar="TIME",
        help="leave after this time (90s, headless)",
    )
    parser.add_argument("--speed", type=_speed, metavar="N", help="how many times faster than life (60)")
    parser.add_argument("--dir", dest="directory", metavar="D", help="make the home here, and keep it")


def run(args: argparse.Namespace, out: Output) -> int:
    """Runs the demo; it leaves nothing running."""
    import os
    import sys

    if out.json:
        raise Usage("The demo has no JSON.", hint="Its home has: swarm-tui -C DIR events --json")
    if not args.headless:
        terminal = sys.stdin is not None and sys.stdin.isatty() and out.tty
        if not terminal or os.environ.get("TERM", "dumb") in ("dumb", ""):
            raise Usage("The demo's control room needs a terminal.", hint="Try: swarm-tui demo --headless --for 90s")
    from swarm_tui.demo.main import run as play

    status: int = play(args.headless, args.for_seconds, args.speed, args.directory)
    return status


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number") from error
    if not 1 <= speed <= 3600:
        raise argparse.ArgumentTypeError("it is 1 to 3600")
    return speed
