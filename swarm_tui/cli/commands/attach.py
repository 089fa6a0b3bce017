"""`swarm-tui attach`: talk to an agent in this terminal; it goes on by itself when you leave."""

import argparse
import os
import sys
from contextlib import suppress

from swarm.errors import UsageError
from swarm_tui.cli.commands.common import acting
from swarm_tui.cli.output import Output


def attach(args: argparse.Namespace, out: Output) -> int:
    """Runs the agent's session here. Exit status 0 where it goes on by itself after, or is done; 1 where it failed."""
    swarm = acting(args, out)
    if sys.stdin is None or not (sys.stdin.isatty() and out.tty):
        raise UsageError(
            "An agent is talked to in a terminal.",
            "Standard input and output are not both one.",
            f"See what it does with: swarm-tui log {args.id} -f",
        )
    from swarm.lifecycle.detach import AfterAttach
    from swarm_tui.terminal.attach_client import TerminalClient

    out.tell("Its run by itself ends first; leave its program as you would leave it elsewhere, and it goes on.")
    out.flush()
    with TerminalClient() as client:
        returned = swarm.attach(args.id, client.run, who=_who())
    words = {
        AfterAttach.UP: "goes on by itself",
        AfterAttach.RESTS: "rests between two turns",
        AfterAttach.DONE: "is done",
        AfterAttach.ENDED: "was ended or paused meanwhile",
        AfterAttach.FAILED: "FAILED",
    }
    with suppress(OSError):  # the terminal may be gone, and the agent goes on all the same
        if out.json:
            out.document({"id": returned.agent, "how": returned.how, "why": returned.why, "code": returned.code})
        else:
            out.say(f"{returned.agent}: {words[returned.how]} ({returned.why})")
        out.flush()
    return 1 if returned.how is AfterAttach.FAILED else 0


def _who() -> str:
    """The person, by the terminal they sit at."""
    try:
        return f"the operator at {os.ttyname(0)}"
    except OSError:
        return "the operator"
