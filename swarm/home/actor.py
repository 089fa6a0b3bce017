"""Who acts: the operator, or an agent known by SWARM_AGENT and SWARM_SPAWN (protocol.md, Who may do what). Light."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from swarm.errors import Code, Refused, SwarmError
from swarm.model.actor import OPERATOR, Actor, AuditVerb
from swarm.protocol.names import check_id
from swarm.protocol.paths import Layout

AGENT_VARIABLE = "SWARM_AGENT"
SPAWN_VARIABLE = "SWARM_SPAWN"


def who(env: Mapping[str, str], layout: Layout) -> Actor:
    """Returns who acts on this home by this environment.

    An agent's spawn id must be the one in its agent.json: an earlier spawn of the same id is refused.
    Raises Refused `hierarchy` where the environment names an agent that this home does not know.
    """
    agent, spawn_id = env.get(AGENT_VARIABLE, ""), env.get(SPAWN_VARIABLE, "")
    if not agent and not spawn_id:
        return OPERATOR
    if not (agent and spawn_id):
        raise _stranger(f"Only one of {AGENT_VARIABLE} and {SPAWN_VARIABLE} is set; an agent has both.")
    if spawn_id != _spawn_id_of(agent, layout):
        raise _stranger(
            f"The agent.json of {agent[:200]!r} does not carry this spawn id: it was spawned anew, or elsewhere."
        )
    return Actor("agent", agent, spawn_id)


def calling(
    given: str | None, env: Mapping[str, str], cwd: Path, verb: str, *, proved: bool = True
) -> tuple[Layout, Actor]:
    """Returns the home that a call means, and who calls. given: the home as the caller names it (`-C`).

    proved: what the caller runs under must bear out what it says (see `ancestry.prove`); False for what changes nothing
    of others, where a claim is enough. The refusal of an agent that this home does not know, or of another than it
    says, is written into the audit log as a line of `verb`. Raises NotFound `no-home`; Refused `hierarchy`.
    """
    from swarm.protocol.find import find_home  # hooks are told their home, and do without

    layout = find_home(given, env, cwd)
    try:
        claim = who(env, layout)
        return layout, claim if claim.is_agent and not proved else _proved(layout, claim, verb)
    except Refused as error:
        _record_stranger(layout, verb, error, env)
        raise


def _proved(layout: Layout, claim: Actor, verb: str) -> Actor:
    if verb == AuditVerb.DONE and claim.is_agent:
        from swarm.home.ancestors import ancestors, bears_out

        if bears_out(ancestors(), claim.spawn_id):
            return claim
    from swarm.home.ancestry import prove  # the ledger: no report waits for it

    return prove(layout, claim, verb)


def within(layout: Layout, env: Mapping[str, str]) -> Actor:
    """Returns the agent of this home inside which this process runs; the operator where it is none.

    Raises Refused `hierarchy` where the environment names another.
    """
    from swarm.home.ancestry import prove

    try:
        claim = who(env, layout)
    except Refused:
        claim = OPERATOR  # of another home: it is no one here
    return prove(layout, claim, "control room")


def _record_stranger(layout: Layout, verb: str, error: Refused, env: Mapping[str, str]) -> None:
    """Records that an agent was refused which this home does not know. Does nothing where that fails."""
    if layout.foreign:
        return
    from swarm.ledger import audit_log

    with suppress(SwarmError):  # the caller gets the refusal, whether it can be recorded or not
        audit_log.append(
            layout,
            "stranger",
            AuditVerb(verb),
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
        Code.HIERARCHY,
        "The environment names an agent that is not known here.",
        detail,
        f"An agent acts in its own home with the environment it was started with; a person unsets {AGENT_VARIABLE} "
        f"and {SPAWN_VARIABLE}.",
    )
