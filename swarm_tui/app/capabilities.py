"""What the program of an agent allows: sending it messages, attaching to it, resuming its session."""

from swarm.api import Swarm
from swarm.config.policy import Policy
from swarm.errors import SwarmError
from swarm.lifecycle.sessions import session_of
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView, Snapshot
from swarm.programs.base import Program
from swarm.programs.registry import program_for
from widgets.agent_row import SUBAGENT_MARK, is_subagent


def program_of(view: AgentView, policy: Policy) -> Program | None:
    """The program of an agent; None where it is unknown or not in this version."""
    name = view.record.program if view.record is not None else view.spec.program if view.spec is not None else ""
    try:
        return program_for(name, policy) if name else None
    except SwarmError:
        return None


def above(view: AgentView, snapshot: Snapshot) -> AgentView | None:
    """The agent inside whose program this sub-agent runs."""
    return snapshot.agent(view.id.partition(SUBAGENT_MARK)[0])


def why_not_stopped(view: AgentView, snapshot: Snapshot, policy: Policy) -> str:
    """Why this sub-agent cannot be stopped by itself; '' where it can."""
    owner = above(view, snapshot)
    if not is_subagent(view) or owner is None:
        return f"{view.id} was not spawned through the engine; stop the agent that it runs below"
    if owner.record is None or owner.record.phase is not Phase.RUNNING:
        return f"{owner.id} does not run any more, and its sub-agents have ended with it"
    program = program_of(owner, policy)
    if program is None or not program.stop_subagent(view.id.partition(SUBAGENT_MARK)[2].rpartition("~")[2]):
        return f"its program ({owner.record.program}) cannot end one sub-agent; stop {owner.id} itself"
    return ""


def hears(view: AgentView, policy: Policy) -> bool:
    """Whether messages reach the agent's program while it runs."""
    program = program_of(view, policy)
    return program is not None and program.channel and view.record is not None and view.record.phase is Phase.RUNNING


def session_for(swarm: Swarm, view: AgentView) -> str:
    """The session of an ended agent that can be resumed; '' where there is none. Looks at the disk."""
    program = program_of(view, swarm.home.policy)
    if program is None or not program.has_sessions:
        return ""
    return session_of(swarm.home, swarm.agent_dir(view.id), program.name, view.spawn_id)
