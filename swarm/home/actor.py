"""Who acts: the operator, or an agent known by SWARM_AGENT and SWARM_SPAWN (protocol.md, Who may do what). Light."""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from swarm.errors import Refused, SwarmError
from swarm.protocol.paths import Layout, check_id

if TYPE_CHECKING:
    from swarm.model.agent import Actor

AGENT_VARIABLE = "SWARM_AGENT"
SPAWN_VARIABLE = "SWARM_SPAWN"


class Who(NamedTuple):
    """The actor as agent-facing verbs need it. kind: `operator`, whose other fields are '', or `agent`."""

    kind: str
    agent: str
    spawn_id: str


def who(env: Mapping[str, str], layout: Layout) -> Who:
    """Who acts by this environment on this home.

    An agent's spawn id must be the one in its agent.json: a late word of an earlier spawn of the same id is refused.
    Raises Refused `hierarchy` where the environment names an agent that this home does not vouch for.
    """
    agent, spawn_id = env.get(AGENT_VARIABLE, ""), env.get(SPAWN_VARIABLE, "")
    if not agent and not spawn_id:
        return Who("operator", "", "")
    if not (agent and spawn_id):
        raise _stranger(f"Only one of {AGENT_VARIABLE} and {SPAWN_VARIABLE} is set; an agent has both.")
    if spawn_id != _spawn_id_of(agent, layout):
        raise _stranger(
            f"The agent.json of {agent[:200]!r} does not carry this spawn id: it was spawned anew, or elsewhere."
        )
    return Who("agent", agent, spawn_id)


def from_env(env: Mapping[str, str], layout: Layout) -> "Actor":
    """Like `who`, as the value that the other verbs take."""
    from swarm.model.agent import OPERATOR, Actor

    known = who(env, layout)
    return OPERATOR if known.kind == "operator" else Actor(*known)


def record_stranger(layout: Layout, verb: str, error: Refused, env: Mapping[str, str]) -> None:
    """Writes down that somebody was refused whom this home does not vouch for. Nothing happens where that fails."""
    if layout.foreign:
        return
    from swarm.ledger import audit_log

    with suppress(SwarmError):  # the refusal is what the caller is told, whether it can be written down or not
        audit_log.append(
            layout,
            "stranger",
            verb,
            agent=env.get(AGENT_VARIABLE, ""),
            spawn_id=env.get(SPAWN_VARIABLE, ""),
            ok=False,
            code=error.code,
            reason=error.title,
            wall=time.time(),
        )


def _spawn_id_of(agent: str, layout: Layout) -> str:
    from swarm.store.reader import read_json

    try:
        spec = read_json(layout.agent(check_id(agent)).spec)
    except SwarmError as error:
        raise _stranger(f"The agent.json of {agent[:200]!r} cannot be read: {error.title}") from error
    if spec is None:
        raise _stranger(f"There is no agent {agent[:200]!r} in {str(layout.root)!r}.")
    return str(spec.get("spawn_id", ""))


def _stranger(detail: str) -> Refused:
    return Refused(
        "hierarchy",
        "The environment names an agent that is not known here.",
        detail,
        f"An agent acts in its own home with the environment it was started with; a person unsets {AGENT_VARIABLE} "
        f"and {SPAWN_VARIABLE}.",
    )
