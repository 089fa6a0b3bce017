"""What is asked of one agent: message, pause, resume, hold, respawn."""

import argparse

from swarm.formatting import plural
from swarm_tui.cli.commands.common import STDIN, acting, text_from
from swarm_tui.cli.output import Output


def message(args: argparse.Namespace, out: Output) -> int:
    """Leaves the message, and says whether it went into the running session or waits."""
    text = text_from(args.text, "TEXT") if args.text == STDIN else args.text
    left = acting(args, out).message(args.id, text)
    if out.json:
        out.document({"id": left.agent, "message": left.id, "sent": left.sent, "waits": left.waits})
    elif left.sent:
        out.say(f"{left.agent}: message {left.id} sent into its running session")
    else:
        out.say(f"{left.agent}: message {left.id} left in its inbox ({left.waits})")
    return 0


def pause(args: argparse.Namespace, out: Output) -> int:
    """Halts the subtree; paused time does not age."""
    swarm = acting(args, out)
    swarm.pause(args.id)
    return _said(swarm.resolve(args.id), "paused", out)


def resume(args: argparse.Namespace, out: Output) -> int:
    """Lets the subtree go on."""
    swarm = acting(args, out)
    swarm.resume(args.id)
    return _said(swarm.resolve(args.id), "goes on", out)


def hold(args: argparse.Namespace, out: Output) -> int:
    """Holds the agent, or takes the hold back."""
    swarm = acting(args, out)
    swarm.hold(args.id, beats=args.beats, why=args.why)
    words = f"held for {plural(args.beats, 'heartbeat')}" if args.beats else "no longer held"
    return _said(swarm.resolve(args.id), words, out, beats=args.beats)


def respawn(args: argparse.Namespace, out: Output) -> int:
    """Starts the agent again; the old directory stays as NAME.1, and what was learned stands in the brief."""
    swarm = acting(args, out)
    spawned = swarm.respawn(args.id, fresh=args.fresh, force=args.force, here=args.here)
    for warning in spawned.warnings:
        out.tell(f"warning: {warning}")
    keys = ("spawn_id", "directory", "queued", "session", "warnings")
    said = {"id": spawned.agent, **{key: getattr(spawned, key) for key in keys}}
    if (ended := swarm.why_ended_at_once(spawned)) is not None:
        out.error(ended, said)
        return ended.exit_status
    if out.json:
        out.document(said)
        return 0
    out.say(spawned.agent)
    out.say(spawned.directory)
    if spawned.session:
        out.say(f"its session {spawned.session} goes on")
    return 0


def _said(agent: str, words: str, out: Output, **more: object) -> int:
    if out.json:
        out.document({"id": agent, **more})
    else:
        out.say(f"{agent}: {words}")
    return 0
