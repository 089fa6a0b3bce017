"""`swarm-tui templates`: lists the templates of a home, and whether they are valid."""

import argparse

from swarm.errors import SwarmError
from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import Output


def configure(_parser: argparse.ArgumentParser) -> None:
    """This verb has no options of its own."""


def run(args: argparse.Namespace, out: Output) -> int:
    """Prints every template, or what is wrong with it."""
    from swarm.protocol.roles import templates

    layout = looking(args, out).home.layout
    found = templates(layout)
    if out.json:
        out.document(
            {
                "templates": [
                    {"name": name, "valid": False, "path": str(layout.template(name)), "error": one.as_json()}
                    if isinstance(one, SwarmError)
                    else {"name": name, "valid": True, "path": str(layout.template(name))}
                    for name, one in found.items()
                ]
            }
        )
        return 0
    for name, one in found.items():
        if isinstance(one, SwarmError):
            out.say_cells(((f"{name:<14}", "strong"), ("not valid  ", "danger"), (f"{one.title} {one.detail}", "")))
        else:
            out.say_cells(((f"{name:<14}", "strong"), ("valid      ", "muted"), (str(layout.template(name)), "")))
    if not found:
        out.tell("There are no templates here.")
    return 0
