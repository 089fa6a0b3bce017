"""`swarm-tui completion`: prints completion for a shell."""

import argparse

from swarm.errors import Usage
from swarm_tui.cli.output import Output

SHELLS = ("bash", "zsh", "tcsh")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("shell", choices=SHELLS, help="which shell; for bash: source <(swarm-tui completion bash)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Prints the script; the shell is to source it."""
    if out.json:
        raise Usage("A completion script is no JSON.")
    from swarm_tui.cli.completion_scripts import script

    out.out.write(script(args.shell))
    return 0
