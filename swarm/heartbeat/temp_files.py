"""Temp files of killed writers: a heartbeat takes them away, wherever the engine and its keepers write."""

import os
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
    layout, now = home.layout, home.clock.wall()
    places = [layout.root, layout.swarm, layout.reserve, layout.roles, layout.templates, layout.waiting, layout.agents]
    agents = [layout.agent(agent_id) for agent_id in walk(layout, home.policy.watch.ignore)]
    # Those that were put away since the heartbeat before the last one: a rename is a change of their state.
    recent = now - 2 * home.beat_period
    with suppress(OSError), os.scandir(layout.archive) as entries:
        agents += [AgentDir(Path(each.path)) for each in entries if each.stat(follow_symlinks=False).st_ctime > recent]
    for agent in agents:
        places += (agent.path, agent.run, agent.log)
    return sum(sweep_temps(place, OLDEST_S, now=now) for place in places)
