"""hold: no automatic kill for some heartbeats. Only a person says so."""

from collections.abc import Iterator

from swarm.errors import Code, Refused, UsageError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_live, resolve
from swarm.ledger.state import State, with_record
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.values import replace
from swarm.sanitize import clean

MAX_BEATS = 1000


def hold(home: Home, words: str, *, beats: int, why: str, spawn_id: str = "") -> None:
    """No heartbeat ends the agent during the next `beats` of them; 0 takes the hold back.

    Raises NotFound; Refused `hierarchy` for agents; UsageError where `beats` is no number of heartbeats.
    """
    with audit.attempt(home, AuditVerb.HOLD, words, spawn_id) as attempt:
        must_be_ready(home)
        attempt.agent = agent_id = resolve(home, words)
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator holds agents.", "It lifts a rule of the whole swarm.")
        if not 0 <= beats <= MAX_BEATS:
            raise UsageError(f"{beats} is not a number of heartbeats.", f"It is 0 to {MAX_BEATS}.")
        _commit(home, agent_id, beats, clean(why, 300), spawn_id)


def _commit(home: Home, agent_id: str, beats: int, why: str, spawn_id: str) -> None:
    def change(state: State) -> State:
        record = must_live(state, agent_id, spawn_id)
        until = state.heartbeat_n + beats if beats else None
        return with_record(state, replace(record, held_until=until, held_why=why if beats else ""))

    def lines(state: State) -> Iterator[AuditLine]:
        yield audit.line(
            home,
            AuditVerb.HOLD,
            agent=agent_id,
            spawn_id=state.agents[agent_id].spawn_id,
            reason=f"{plural(beats, 'heartbeat')}: {why}" if beats else "taken back",
            beats=beats,
        )

    home.ledger.commit(change, purpose=f"hold {agent_id}", lines=lines)
