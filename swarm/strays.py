"""Strays: processes that were started for this home, and that nobody in it vouches for."""

from typing import NamedTuple

from swarm import kernel
from swarm.belonging import is_here
from swarm.home import Home
from swarm.processes import MARKER
from swarm.state import State
from swarm.untrusted import clean


class Stray(NamedTuple):
    """One such process. agent: what its environment says."""

    pid: int
    agent: str
    spawn_id: str
    command: str


def strays(home: Home, state: State) -> list[Stray]:
    """Everything that was started for this home and that nobody here vouches for. Looks only, and only where it may."""
    vouched = {record.spawn_id for record in state.agents.values() if record.holds_slot}
    found: list[Stray] = []
    for pid in kernel.pids():
        environment = kernel.environ(pid)
        if (
            environment is None
            or not environment.get(MARKER)
            or not is_here(home.layout, environment.get("SWARM_HOME", ""))
        ):
            continue
        seen = kernel.stat(pid)
        if environment[MARKER] in vouched or seen is None or seen.dead:
            continue
        agent = clean(environment.get("SWARM_AGENT", ""), 200)
        found.append(Stray(pid, agent, clean(environment[MARKER], 64), clean(kernel.command(pid), 200)))
    return found
