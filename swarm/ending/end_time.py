"""When an agent ended: as its keeper or its output tells it, and not when the engine came to look."""

import os
from contextlib import suppress

from swarm.ending.end import last_words
from swarm.home.context import Home
from swarm.model.agent import Exit
from swarm.model.record import Record
from swarm.model.time import Now
from swarm.rules.looping.observation import awake_at


def time_of_end(home: Home, record: Record, gone: Exit | None) -> Now:
    """When an agent that ended by itself did so.

    gone: what its keeper wrote. Without that, the last sign of life stands in: the last line of its output, or the last
    write to its output or progress. It lies between the spawn and now, whatever the clocks did meanwhile.
    """
    return within(record, gone.at if gone is not None else _last_sign(home, record), home.ledger.now())


def within(record: Record, wall: float, now: Now) -> Now:
    """The moment `wall` (seconds since 1970) in the life of this agent, in both kinds of time."""
    wall = max(min(wall, now.wall), min(record.spawned_at, now.wall))
    return Now(wall, min(now.awake, max(record.spawned, awake_at(wall, now))))


def _last_sign(home: Home, record: Record) -> float:
    agent = home.layout.agent(record.id)
    activity = last_words(home, record)
    signs = [activity.last_at if activity is not None else 0.0]
    for path in (agent.stdout, agent.stderr, agent.progress):
        with suppress(OSError):
            signs.append(os.lstat(path).st_mtime)
    return max(signs)
