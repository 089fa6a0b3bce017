"""The views of agents that have no record and no directory: sub-agents inside programs, and strays."""

from swarm.model.activity import SubAgent
from swarm.model.causes import ProblemCode
from swarm.model.snapshot import AgentView, Problem
from swarm.model.stray import Stray
from swarm.protocol.names import name_of
from swarm.sanitize import clean
from swarm.tracking.tracked_agent import TrackedAgent


def view_of_subagent(agent: TrackedAgent, inner: SubAgent) -> AgentView:
    """A sub-agent of a program's own: all that is known of it is what the program says."""
    return AgentView(
        id=agent.id,
        name=clean(inner.description, 80) or name_of(agent.id),
        role=clean(inner.kind, 40),
        parent=agent.parent,
        depth=agent.depth,
        foreign=True,
        ghost=True,
        children=agent.children,
        budget=agent.budget,
        used=agent.used,
        description=clean(inner.description, 200),
        inner=inner,
        changed_at=inner.since or None,
    )


def view_of_stray(agent: TrackedAgent, stray: Stray) -> AgentView:
    """A process of a coding agent: all that is known of it is what the table of processes says."""
    return AgentView(
        id=agent.id,
        name=name_of(agent.id),
        role=stray.program,
        parent=agent.parent,
        depth=agent.depth,
        foreign=True,
        ghost=True,
        children=agent.children,
        budget=agent.budget,
        used=agent.used,
        description=stray.command,
        stray=stray,
        changed_at=stray.started_at or None,
        problems=(problem_of_stray(stray),),
    )


def problem_of_stray(stray: Stray) -> Problem:
    """What the row of a stray says is wrong."""
    return Problem(
        ProblemCode.STRAY,
        f"{stray.program} runs with the pid {stray.process.pid} and was not spawned through the engine; "
        f"it counts in the budget above it: {stray.command}",
    )
