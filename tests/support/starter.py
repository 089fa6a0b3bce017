"""Starts an agent from a terminal of its own, and stays: `python starter.py TERMINAL HOME AGENT SPAWN_ID ARGV...`.

What a control room is to its agents: tests kill it, stop it, and close its terminal.
"""

import os
import signal
import sys
import time
from pathlib import Path

from swarm.model.launch import Launch
from swarm.platform.clock import SystemClock
from swarm.processes.local_runner import LocalRunner
from swarm.protocol.paths import Layout

STARTED = "its-starter-is-through"


def main() -> None:
    terminal, home, name, spawn_id, *argv = sys.argv[1:]
    descriptor = os.open(terminal, os.O_RDWR)  # a session leader's first terminal becomes its controlling one
    for target in (0, 1, 2):
        os.dup2(descriptor, target)
    layout = Layout(Path(home))
    agent = layout.agent(name)
    env = {"SWARM_SPAWN": spawn_id}
    launch = Launch(spawn_id, tuple(argv), env, agent.path, {"PATH": os.environ["PATH"]})
    signal.alarm(120)  # no failed test leaves it behind for long
    LocalRunner(layout, SystemClock()).spawn(agent, launch)
    (agent.path / STARTED).touch()  # from here on nothing that becomes of us is a start that was broken off
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
