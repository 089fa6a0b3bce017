"""`swarm-tui roles`: lists the roles of a home, and whether they are valid."""

import argparse

from swarm.errors import SwarmError
from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import Output


def configure(_parser: argparse.ArgumentParser) -> None:
    """This verb has no options of its own."""


def run(args: argparse.Namespace, out: Output) -> int:
    """Prints every role, or what is wrong with it."""
    roles = looking(args, out).roles()
    if out.json:
        out.document(
            {
                "roles": [
                    {"name": name, "valid": False, "error": role.as_json()}
                    if isinstance(role, SwarmError)
                    else {"valid": True, **role.model_dump(mode="json")}
                    for name, role in roles.items()
                ]
            }
        )
        return 0
    for name, role in roles.items():
        if isinstance(role, SwarmError):
            out.say_cells(((f"{name:<14}", "strong"), ("not valid    ", "danger"), (f"{role.title} {role.detail}", "")))
        else:
            out.say_cells(((f"{name:<14}", "strong"), (f"{role.scope:<13}", "muted"), (role.summary, "")))
    if not roles:
        out.tell("There are no roles here.")
    return 0
