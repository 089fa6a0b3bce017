"""The process that runs acceptance checks beside the heartbeats: a slow check delays nobody.

    python -P -m swarm.heartbeat.check_runner HOME MARKER

A heartbeat starts as many as there are checks waiting, `[acceptance] at_once` at most. Each takes one agent after the
other out of the ledger, runs its checks, writes down what they said, and ends when none waits.
"""

import os
import sys
import uuid

from swarm.heartbeat.acceptance import Judged, run_checks
from swarm.heartbeat.checks import answer, take, waiting
from swarm.home.context import Home
from swarm.model.actor import ENGINE
from swarm.model.checks import key_of_checks
from swarm.model.record import Record
from swarm.programs.environment import inherited
from swarm.protocol.agent_files import read_spec
from swarm.protocol.paths import MARKER

MARK = "check-"
"""With what the marker of a runner begins; those of its checks begin with its own."""


def start_runners(home: Home) -> None:
    """Starts as many runners as there are agents whose checks wait, and places for them. Does not wait for them."""
    free, places = waiting(home, home.ledger.read())
    for _ in free[:places]:
        _start(home)


def _start(home: Home) -> None:
    from swarm.processes.beside import start_beside  # most heartbeats run no check

    marker = f"{MARK}{uuid.uuid4().hex}"
    environment = {**inherited(os.environ), "SWARM_HOME": str(home.layout.root), MARKER: marker}
    start_beside("swarm.heartbeat.check_runner", home.layout.root, marker, env=environment)


def run(home: Home, marker: str) -> int:
    """Runs the checks of one agent after the other, until none waits. Returns of how many."""
    count = 0
    while (record := take(home, marker)) is not None:
        answer(home, record, _judge(home, record, marker))
        count += 1
    return count


def _judge(home: Home, record: Record, marker: str) -> tuple[Judged, ...]:
    spec = record.ref.match(read_spec(home.layout.agent(record.id)).value)
    if spec is None:
        return (Judged("its checks can be read", passed=False, why="agent.json is gone, or another spawn's"),)
    if record.checks.key and record.checks.key != key_of_checks(spec.acceptance):
        return (Judged("its checks are those of its spawn", passed=False, why="agent.json was changed since"),)
    return run_checks(home, spec, marker)


if __name__ == "__main__":
    run(Home.open(sys.argv[1], actor=ENGINE), sys.argv[2])
