"""notify: who is told of what away from the terminal, and a test message."""

import argparse

from swarm.config.notify_policy import Ping
from swarm.errors import UsageError
from swarm.formatting import plural, spell_clock
from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import NAME, Output
from swarm_tui.cli.own_targets import own_targets


def notify(args: argparse.Namespace, out: Output) -> int:
    """Lists the targets, or sends a test message. Exit status 1 where one of those did not arrive."""
    swarm, own = looking(args, out), own_targets(out)
    if args.target and not args.test:
        raise UsageError("A target goes with --test.", hint=f"{NAME} notify lists all of them.")
    if args.test:
        return _test(swarm.test_targets(own, args.target), out)
    found, now = swarm.addressees(own), swarm.now().wall
    pings = swarm.home.policy.ping != Ping()
    if out.json:
        rows = [
            {
                "name": each.name,
                "address": each.where,
                "severity": each.severity,
                "quiet": each.quiet,
                "last_at": each.memory.last_at or None,
                "told": len(each.memory.told),
                "failed": each.memory.failed,
            }
            for each in found
        ]
        out.document({"targets": rows, "hooks": sorted(swarm.home.policy.hooks.on), "ping": pings})
        return 0
    for each in found:
        last = f"last {spell_clock(each.memory.last_at, now)}" if each.memory.last_at else "nothing yet"
        quiet = f", quiet {each.quiet}" if each.quiet else ""
        out.say_cells(((f"{each.name:<16}", "strong"), (f"{each.where}  from {each.severity}{quiet}, {last}", "")))
        if each.memory.failed:
            out.say_cells((("                failed: ", "danger"), (each.memory.failed, "")))
    for event in swarm.home.policy.hooks.on:
        out.say_cells(((f"{'on ' + event:<16}", "strong"), ("a command of swarm.toml", "")))
    if pings:
        out.say_cells(((f"{'ping':<16}", "strong"), ("after each heartbeat", "")))
    out.tell(f"{plural(len(found), 'target')}: {NAME} notify --test sends each a message")
    return 0


def _test(sent: list[tuple[str, str]], out: Output) -> int:
    failed = any(why for _, why in sent)
    if out.json:
        out.document({"passed": not failed, "targets": [{"name": name, "failed": why} for name, why in sent]})
    else:
        for name, why in sent:
            out.say_cells(
                ((f"{name:<16}", "strong"), (f"not told: {why}" if why else "told", "danger" if why else "good"))
            )
    return int(failed)
