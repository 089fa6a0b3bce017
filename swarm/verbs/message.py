"""message: a note in an agent's inbox.md, sent into its session at once where its program listens while it runs."""

import os
from contextlib import suppress
from typing import Any

from swarm.ending.settle import settle
from swarm.errors import NotFound, SwarmError
from swarm.formatting import beginning
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, must_be_meant, resolve
from swarm.injection.fence import tag
from swarm.injection.kinds import Kind
from swarm.ledger.codec import read_ended
from swarm.ledger.state import raise_alert
from swarm.lifecycle.delivery import deliver
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record, Ref
from swarm.model.requests import Messaged
from swarm.protocol.agent_files import read_spec
from swarm.protocol.inbox import entry
from swarm.protocol.paths import AgentDir
from swarm.store import writer
from swarm.store.aside import oddity, put_aside

AUDITED = 2000
"""Characters of a message that the audit log repeats."""


def message(home: Home, words: str, text: str, *, spawn_id: str = "") -> Messaged:
    """Appends the text to the agent's inbox.md, below a heading that says who sent it and when, every line quoted.

    Where its program has a live channel it is sent through that as well, before it stands in the inbox, so that no hook
    delivers it a second time. Raises NotFound where the agent has ended, which is looked at now, or was spawned anew;
    Refused `hierarchy` where an agent writes to an agent that is not its child; Usage where there is no text, or more
    of it than a message has.
    """
    key = f"m-{os.urandom(3).hex()}"
    with audit.attempt(home, AuditVerb.MESSAGE, words, spawn_id) as attempt:
        must_be_ready(home)
        attempt.agent = agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        settle(home, among=(agent_id,))
        record = _must_read_it(home, agent_id, spawn_id)
        agent = home.layout.agent(agent_id)
        why = _suspicion(home, text)
        block = entry(text, str(home.actor), home.clock.wall(), key, tag(why))
        _put_right(home, agent_id, agent)
        waits = deliver(home, record, agent, block, key)
    more: dict[str, Any] = {"tagged": why} if why else {}
    audit.record(
        home,
        AuditVerb.MESSAGE,
        agent=agent_id,
        spawn_id=record.spawn_id if record else "",
        text=beginning(text, AUDITED, "inbox.md"),
        id=key,
        sent=not waits,
        waits=waits,
        **more,
    )
    if why:
        _alert(home, agent_id, why)
    return Messaged(agent_id, key, sent=not waits, waits=waits)


def _suspicion(home: Home, text: str) -> str:
    """Why an agent's message looks like an order that no parent gives; '' where it does not, and for the operator's.

    New tasks and grants are what messages are for: what sets rules aside, forges a speaker, asks for secrets or
    silence, or hides is not.
    """
    if home.actor.is_operator:
        return ""
    from swarm.injection.detect import examine

    found = examine(text, frozenset({Kind.NEW_ORDERS, Kind.AUTHORITY}))
    return found.why if found is not None else ""


def _alert(home: Home, receiver: str, why: str) -> None:
    """Says of the sender, at once, what it passes on."""
    actor, text = home.actor, f"its message to {receiver} looks like an order to its reader: {why}"
    with suppress(SwarmError):  # the message is there, and so is its tag
        home.ledger.commit(
            lambda state: raise_alert(
                state, actor.agent, AlertCause.INJECTION, text, actor.spawn_id, home.clock.wall()
            ),
            purpose=f"say what {actor.agent} passes on",
        )


def _put_right(home: Home, agent_id: str, agent: AgentDir) -> None:
    """Puts aside what stands in the place of the inbox and can be none, and raises an alert that says so."""
    if not (odd := oddity(agent.inbox)):
        return
    try:
        text = f"inbox.md {put_aside(agent.inbox, agent.run, odd)} in .run"
    except OSError as error:
        raise writer.explain(error, agent.inbox) from error
    home.ledger.commit(
        lambda state: raise_alert(state, agent_id, AlertCause.STATE_REPAIRED, text, "", home.clock.wall()),
        purpose=f"say that the inbox of {agent_id} was put right",
    )


def _must_read_it(home: Home, agent_id: str, spawn_id: str) -> Record | None:
    record = home.ledger.read().agents.get(agent_id) or _past(home, agent_id)
    if record is None or record.phase is Phase.IDLE:
        return None  # the root between two turns, or a foreign agent that may look into its directory
    if not record.live:
        raise NotFound(
            f"{agent_id!r} does not run.",
            "It reads no messages any more.",
            f"Start it again with: swarm-tui respawn {agent_id}",
        )
    must_be_meant(record, spawn_id)
    return record


def _past(home: Home, agent_id: str) -> Record | None:
    """The record of an agent that the ledger has let go of."""
    agent = home.layout.agent(agent_id)
    spec = read_spec(agent).value
    return Ref(agent_id, spec.spawn_id).match(read_ended(agent).value) if spec is not None else None
