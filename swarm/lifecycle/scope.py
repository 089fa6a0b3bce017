"""Write scopes are inherited: an agent held to one cannot leave it through the agents it spawns."""

import os

from swarm.errors import Code, Refused, SwarmError
from swarm.home.context import Home
from swarm.lifecycle.spawn_fields import lies_in
from swarm.model.actor import ENGINE, OPERATOR
from swarm.model.agent import AgentSpec
from swarm.model.values import replace
from swarm.programs import preflight
from swarm.programs.environment import inherited
from swarm.programs.registry import program_for
from swarm.protocol.agent_files import read_spec
from swarm.protocol.names import check_id


def confined(home: Home, spec: AgentSpec) -> AgentSpec:
    """The spec of a child as its parent may have it; raises Refused `scope` for what the parent itself could not do.

    Only where an agent asks, and is held itself. A child that names no paths is held to its own directory then.
    """
    parent = _held_caller(home)
    if parent is None:
        return spec
    if not _holds(home, spec.program):
        raise _refused(parent, f"a program that is held to nothing ({spec.program!r})", "Leave --program and -- out.")
    if spec.env:
        raise _refused(parent, "a child with an environment of its own choice", "Leave --env out.")
    if any(outcome.check for outcome in spec.acceptance) and (why := preflight.no_box(inherited(os.environ))):
        raise _refused(
            parent,
            f"a check, which would run with the engine's rights: there is no sandbox for it here ({why})",
            "Name the outcome in words (--accept TEXT, without ::CHECK).",
        )
    own, above = (
        home.layout.agent(each).path.relative_to(home.layout.root).as_posix() for each in (spec.id, parent.id)
    )
    for path in spec.owns:
        if not any(lies_in(path, mine) for mine in (*parent.owns, above)):
            raise _refused(
                parent, f"a child that owns {path!r}", f"It may own what lies below {_places(parent, above)}."
            )
    if spec.owns or spec.scope == "observe":
        return spec
    return replace(spec, owns=(own,))


def given_by_held(home: Home, spec: AgentSpec) -> bool:
    """Whether this spec's checks were given by an agent that is held: they must not do for it what it may not do."""
    if spec.created_by in (str(OPERATOR), str(ENGINE)):
        return False
    try:
        giver = read_spec(home.layout.agent(check_id(spec.created_by))).value
    except SwarmError:
        return True
    return giver is None or _is_held(home, giver)


def _held_caller(home: Home) -> AgentSpec | None:
    if not home.actor.is_agent:
        return None
    spec = read_spec(home.layout.agent(home.actor.agent)).value
    return spec if spec is not None and _is_held(home, spec) else None


def _is_held(home: Home, spec: AgentSpec) -> bool:
    return bool(spec.owns or spec.scope == "observe") and _holds(home, spec.program)


def _holds(home: Home, name: str) -> bool:
    try:
        return program_for(name, home.policy).holds_scope
    except SwarmError:
        return False


def _places(parent: AgentSpec, above: str) -> str:
    return ", ".join((*parent.owns, above))


def _refused(parent: AgentSpec, what: str, hint: str) -> Refused:
    return Refused(
        Code.SCOPE,
        f"{parent.id!r} is held to its scope, and asks for {what}.",
        "What it may not do itself, nothing that it spawns may do for it.",
        f"{hint} Or ask your parent.",
    )
