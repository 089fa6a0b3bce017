"""Temp files of killed writers: a heartbeat takes them away, wherever the engine and its keepers write."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from swarm.home.context import Home
from swarm.protocol.find import walk
from swarm.protocol.paths import AgentDir
from swarm.store.writer import sweep_temps

OLDEST_S = 60.0
"""No writer takes that long from a temp file to its rename: what is older was left by one that is dead."""


def sweep(home: Home) -> int:
    """Returns how many went."""
    now = home.clock.wall()
    return sum(sweep_temps(place, OLDEST_S, now=now) for place in _places(home, now))


def _places(home: Home, now: float) -> Iterator[Path]:
    """One after the other: of ten thousand agents the paths alone take thirteen MiB."""
    layout = home.layout
    yield from (layout.root, layout.swarm, layout.reserve, layout.roles, layout.templates, layout.waiting)
    yield layout.agents
    for agent_id in walk(layout, home.policy.watch.ignore):
        yield from _places_of(layout.agent(agent_id))
    # Those that were put away since the heartbeat before the last one: a rename is a change of their state.
    recent = now - 2 * home.beat_period
    with suppress(OSError), os.scandir(layout.archive) as entries:
        for each in entries:
            if each.stat(follow_symlinks=False).st_ctime > recent:
                yield from _places_of(AgentDir(Path(each.path)))


def _places_of(agent: AgentDir) -> tuple[Path, ...]:
    return agent.path, agent.run, agent.log
