"""`swarm-tui hook`: what an agent's program asks at each tool call and at the end of a turn. Not for people."""

import argparse
import os

from swarm.hooks.serve import HOOKS, serve
from swarm_tui.cli.output import Output


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("which", choices=HOOKS, help="the hook; it takes its input as JSON on standard input")


def run(args: argparse.Namespace, out: Output) -> int:
    """Answers one call. The agent is the environment's, whatever -C says."""
    out.flush()
    return serve(args.which, os.environ)
