"""An agent that is held to a scope gets no way out of it through what it spawns."""

from dataclasses import replace

from swarm.asked import lies_in
from swarm.errors import Refused, SwarmError
from swarm.home import Home
from swarm.model import AgentSpec
from swarm.programs import HOLDS, program_for
from swarm.reading import read_spec


def confined(home: Home, spec: AgentSpec) -> AgentSpec:
    """The spec of a child as its parent may have it; raises Refused `scope` for what the parent itself could not do.

    Only where an agent asks, and is held itself. A child that names no paths is held to its own directory then.
    """
    parent = _held_asker(home)
    if parent is None:
        return spec
    if _kind(home, spec.program) not in HOLDS:
        raise _refused(parent, f"a program that is held to nothing ({spec.program!r})", "Leave --program and -- out.")
    if spec.env:
        raise _refused(parent, "a child with an environment of its own choice", "Leave --env out.")
    if any(outcome.check for outcome in spec.acceptance):
        raise _refused(
            parent,
            "a check: that command runs with the engine's rights",
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


def _held_asker(home: Home) -> AgentSpec | None:
    if home.actor.kind != "agent":
        return None
    spec = read_spec(home.layout.agent(home.actor.agent)).value
    if spec is None or not (spec.owns or spec.scope == "observe"):
        return None
    return spec if _kind(home, spec.program) in HOLDS else None


def _kind(home: Home, name: str) -> str:
    try:
        return program_for(name, home.policy).kind
    except SwarmError:
        return ""


def _places(parent: AgentSpec, above: str) -> str:
    return ", ".join((*parent.owns, above))


def _refused(parent: AgentSpec, what: str, hint: str) -> Refused:
    return Refused(
        "scope",
        f"{parent.id!r} is held to its scope, and asks for {what}.",
        "What it may not do itself, nothing that it spawns may do for it.",
        f"{hint} Or ask whoever spawned you.",
    )
