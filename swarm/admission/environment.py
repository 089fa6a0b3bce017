"""Which environment an agent works in: that of its spawn, for each of its runs, whoever starts them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.record import Record
from swarm.programs.environment import belonging, present, restored
from swarm.programs.registry import program_for
from swarm.protocol import agent_environment
from swarm.protocol.paths import AgentDir
from swarm.store import writer

if TYPE_CHECKING:
    from swarm.programs.base import Program

WRITTEN_S = 600.0
"""Seconds that a spawn may take from keeping its environment to its place in the queue."""


def of_agent(home: Home, agent: AgentDir) -> dict[str, str]:
    """Returns what a further run of this agent inherits; where nothing was kept, what this process has.

    Raises SwarmError `damaged` where what was kept cannot be read.
    """
    kept = agent_environment.read(agent.environment)
    return present() if kept is None else restored(kept, present(), home.policy.spawn.environment)


def of_spawn(home: Home, *, replacing: str, waiting: str, here: bool) -> dict[str, str]:
    """Returns what a new agent inherits. Raises SwarmError `damaged`.

    replacing: the id of the ended agent whose spec it is, whose environment it takes over; '' for a fresh spawn.
    waiting: the spawn id under which it waited in the queue. here: the environment of this process all the same.

    What a heartbeat spawns by itself belongs to the root, and works in the root's environment: the process that
    happens to beat (cron, a service) is no shell in which anybody logged in.
    """
    if here:
        return present()
    if waiting:
        kept = agent_environment.read(home.layout.waiting_environment(waiting))
        if kept is not None:
            return restored(kept, present(), home.policy.spawn.environment)
    if replacing:
        return of_agent(home, home.layout.agent(replacing))
    if home.actor.is_engine:
        return of_agent(home, home.layout.agent(home.policy.root.id))
    return present()


def program_of(home: Home, record: Record) -> "Program":
    """Returns what an agent runs, in the agent's environment. Raises Refused `program`, SwarmError `damaged`."""
    return program_for(record.program, home.policy, of_agent(home, home.layout.agent(record.id)))


def keep(home: Home, agent: AgentDir, environment: Mapping[str, str]) -> None:
    """Keeps what belongs to the agent for its further runs. Raises SwarmError."""
    agent_environment.write(agent.environment, belonging(environment, home.policy.spawn.environment))


def keep_waiting(home: Home, spawn_id: str, environment: Mapping[str, str]) -> None:
    """Keeps it for an agent that waits in the queue: it has no directory yet. Raises SwarmError."""
    writer.make_dir(home.layout.waiting)
    path = home.layout.waiting_environment(spawn_id)
    agent_environment.write(path, belonging(environment, home.policy.spawn.environment))


def forget_waiting(home: Home, state: State) -> None:
    """Takes away what was kept for spawns that wait no more, where a process died before it could do so."""
    wait = {f"{each.spawn_id}.json" for each in state.queue}
    with suppress(OSError):
        for path in home.layout.waiting.iterdir():
            # It is written before its entry of the queue, so that no entry is without one.
            if path.name not in wait and home.clock.wall() - path.lstat().st_mtime > WRITTEN_S:
                agent_environment.remove(path)


def keep_if_missing(home: Home, agent_id: str) -> None:
    """Keeps the environment of this process for an agent of a version that kept none. Raises SwarmError.

    For a control room that opens a window elsewhere: what that window has of its own is not what the operator works in.
    """
    agent = home.layout.agent(agent_id)
    if home.actor.is_operator and agent_environment.read(agent.environment) is None:
        home.must_be_writable()
        writer.make_dir(agent.run, parents=False)
        keep(home, agent, present())


def names_kept(agent: AgentDir) -> tuple[str, ...]:
    """Returns the names of the variables that were kept, sorted; () where none were, or they cannot be read."""
    with suppress(SwarmError):
        return tuple(sorted(agent_environment.read(agent.environment) or ()))
    return ()


def names_that_differ(agent: AgentDir) -> tuple[str, ...]:
    """Returns the names of the variables that belong to the agent and are other here than at its spawn, sorted."""
    with suppress(SwarmError):
        kept = agent_environment.read(agent.environment)
        if kept is not None:
            now = present()
            there = {*kept, *belonging(now)}
            return tuple(sorted(name for name in there if kept.get(name) != now.get(name)))
    return ()


def keep_for_root(home: Home) -> bool:
    """Takes the environment of this process over for the root and for what heartbeats spawn, where nothing is lost.

    Called where an operator's process begins to beat. It loses something where a login variable that was kept is not
    set here, or the root's program is not found here. Returns whether it was taken over. Raises SwarmError.
    """
    agent = home.layout.agent(home.policy.root.id)
    if not agent.spec.is_file():
        return False
    now = present()
    kept = agent_environment.read(agent.environment)
    if kept is not None:
        program = program_for(home.policy.root.program or home.policy.spawn.program, home.policy, now)
        found = all(need.ok for need in program.needs() if need.required)
        if not found or not set(program.logins).intersection(kept) <= now.keys():
            return False
    writer.make_dir(agent.run, parents=False)
    keep(home, agent, now)
    return True
