"""An agent whose program ended for its service begins to wait: it keeps its slot, its session and its files."""

from swarm.ending.last_observation import last_observation
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, raise_alert
from swarm.ledger.transitions import Waits, move
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record
from swarm.model.time import Now, read_now
from swarm.model.values import replace
from swarm.rules.outage import outage_in_ledger
from swarm.rules.service_wait import waiting_words


def record_wait(home: Home, before: Record, after: Record) -> bool:
    """Commits that a running agent waits; returns False where another process was faster, or it was stopped."""
    waiting = after.waiting
    assert waiting is not None  # noqa: S101 a WAITING record has one
    observed = last_observation(home, before)

    def step(found: Record, _: Now) -> Record | None:
        if found.phase is not Phase.RUNNING or found.process != before.process:
            return None
        newest = max(observed, found.observed, key=lambda each: each.seen)
        return replace(move(found, Waits(waiting)), observed=newest)

    def line(record: Record) -> AuditLine:
        return audit.line(
            home,
            AuditVerb.WAIT,
            agent=record.id,
            spawn_id=record.spawn_id,
            reason=waiting_words(waiting, home.now()),
            trouble=waiting.trouble,
            tries=waiting.tries,
            next_at=waiting.next_at,
            actor=ENGINE,
        )

    def close_gate(state: State, _: Record) -> State:
        """No spawn comes between this moment and the next look, where the service refuses the whole swarm."""
        words = outage_in_ledger([*state.agents.values()], home.policy, read_now(state.epoch, home.clock))
        known = any(not alert.agent and alert.cause is AlertCause.SERVICE for alert in state.alerts)
        if not words or known:
            return state
        return raise_alert(state, "", AlertCause.SERVICE, words, "", home.clock.wall())

    purpose = f"let {before.id} wait for its service"
    return home.ledger.update(before.ref, step, purpose=purpose, also=close_gate, line=line) is not None
