"""attach: the operator talks to an agent in a terminal, in place of its headless run."""

from swarm.ending.settle import settle
from swarm.errors import Code, NotFound, Refused
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_meant, resolve
from swarm.lifecycle.attach import Client, attach_terminal
from swarm.lifecycle.detach import Detached
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.record import Phase


def attach(home: Home, words: str, client: Client, *, who: str = "the operator", spawn_id: str = "") -> Detached:
    """Has `client` run the agent's session in a person's terminal; see `attach_terminal`.

    Raises NotFound; Refused `hierarchy` where an agent asks, `attach` where its program cannot, or it has no session.
    """
    with audit.attempt(home, AuditVerb.ATTACH, words) as attempt:
        must_be_ready(home)
        attempt.agent = agent_id = resolve(home, words)
        if home.actor.is_agent:
            raise Refused(
                Code.HIERARCHY,
                "Only the operator talks to agents in a terminal.",
                hint="Leave it a message: swarm-tui message",
            )
        settle(home)
        record = home.ledger.read().agents.get(agent_id)
        if record is None or not (record.live or record.phase is Phase.IDLE):
            raise NotFound(
                f"{agent_id!r} does not run.",
                "There is no session to go on with.",
                f"See what it did with: swarm-tui log {agent_id}    or start it again: swarm-tui respawn {agent_id}",
            )
        must_be_meant(record, spawn_id)
        return attach_terminal(home, record, client, who)
