"""Stand-ins for coding agents that run beside the ledger: scripts that bear their name, and the ways to start one."""

from pathlib import Path

from tests.support.homes import LiveHome

WAYS = {
    "plain": "{claude} -p plain &",
    "setsid": "setsid {claude} -p setsid &",
    "emptied": "env -i PATH=$PATH setsid {claude} -p emptied &",
    "forked": "((setsid env -i PATH=$PATH {claude} -p forked &) &)",
}
"""Each starts one in the background, in shell: what it says of itself is its last word."""


def make_claude(directory: Path) -> Path:
    """A script that bears the name of a coding agent and sleeps; it lies outside of every home."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "claude"
    path.write_text("#!/bin/sh\nsleep 300\n")
    path.chmod(0o755)
    return path


def strays_of(live_home: LiveHome) -> dict[str, str]:
    """(last word of its command, id of the agent above) of each stray that a fresh look finds."""
    views = live_home.swarm.snapshot().agents
    return {view.stray.command.split()[-1]: view.parent or "" for view in views if view.stray is not None}


def id_of(live_home: LiveHome, word: str) -> str:
    """The id of the stray whose command ends with this word."""
    views = live_home.swarm.snapshot().agents
    return next(v.id for v in views if v.stray is not None and v.stray.command.split()[-1] == word)
