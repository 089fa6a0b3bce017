"""`swarm-tui demo`: the demo with the control room on it, or without a screen."""

import sys
from pathlib import Path

from swarm.errors import UsageError
from swarm.protocol.working_directory import named_directory, working_directory
from swarm.sanitize import clean
from swarm_tui.demo.home import DEFAULT_SPEED

HEADLESS_SECONDS = 90.0


def run(
    headless: bool, for_seconds: float | None = None, speed: float | None = None, directory: str | None = None
) -> int:
    """Plays the demo until its time is over or the operator leaves. Returns the exit status; nothing is left running.

    for_seconds: headless only; None is 90. speed: how much faster than the clock; None is 60, with which every state
    comes within two minutes. directory: where the home is made, and kept; None for a temporary one.
    """
    pace = DEFAULT_SPEED if speed is None else speed
    where = None if directory is None else named_directory(directory, working_directory())
    if headless:
        from swarm_tui.demo import headless as without_screen

        return without_screen.run(for_seconds or HEADLESS_SECONDS, pace, sys.stdout, directory=where)
    if for_seconds is not None:
        raise UsageError("--for goes with --headless.", hint="The control room is left with q.")
    return _on_screen(pace, where)


def _on_screen(speed: float, directory: Path | None) -> int:
    from swarm_tui.app.app import SwarmApp
    from swarm_tui.app.opening import fit_terminal
    from swarm_tui.demo.greeting import AFTER, Greeting
    from swarm_tui.demo.session import Demo, interruptible
    from swarm_tui.terminal.background import Question

    with interruptible(), Demo(directory, speed) as demo:
        app = SwarmApp(
            demo.swarm, greeting=Greeting(demo.minute)
        )  # without the operator's own settings: a demo neither reads nor changes them
        fit_terminal(app, Question(sys.stdin.fileno(), sys.stdout.fileno()))
        status = app.run() or 0
    print("\n".join((*demo.summary, AFTER)))
    for process in demo.left:
        print(f"still running: {clean(process)}", file=sys.stderr)
    if demo.kept:
        print(f"The demo's home is kept in {demo.directory}", file=sys.stderr)
    return 1 if demo.left else status
