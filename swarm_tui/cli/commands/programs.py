"""What agents' programs run by themselves, and no person: hook, mcp."""

import argparse
import os
import sys

from swarm.errors import UsageError
from swarm_tui.cli.output import Output


def hook(args: argparse.Namespace, out: Output) -> int:
    """Answers one call. The agent is the environment's, whatever -C says."""
    from swarm.hooks.serve import serve

    out.flush()
    return serve(args.which, os.environ)


def mcp(args: argparse.Namespace, out: Output) -> int:
    """Serves until its input ends."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "This is spoken to by programs.",
            "It takes messages of the Model Context Protocol on standard input.",
            "Agents of programs that speak it are given it by themselves; see [programs.NAME] mcp in swarm.toml.",
        )
    from swarm.mcp.handlers import Caller
    from swarm.mcp.server import main
    from swarm.protocol.working_directory import working_directory

    out.flush()
    main(Caller(args.home, dict(os.environ), working_directory(), args.wait), sys.stdin.buffer)
