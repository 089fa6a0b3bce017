"""Stops a subtree of agents with SIGSTOP: for a person who asks, and for the engine that found one out of its place."""

from collections.abc import Callable, Container

from swarm.ending.intents import live_members
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger import audit_log
from swarm.ledger.state import State, with_record
from swarm.model.actor import AuditVerb
from swarm.model.record import Phase, Record, Ref
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.processes.belonging import home_of
from swarm.processes.runner import Frozen

QUIET_S = 2.0
"""Seconds to wait for a line of the audit log that was begun."""
NOT_ALL = "not all of its processes could be stopped"


def unchanged(state: State) -> State:
    """Returns the state as it is."""
    return state


def pause_subtree(
    home: Home,
    agent_id: str,
    verb: AuditVerb,
    *,
    only: Container[Ref] | None = None,
    why: str = "",
    also: Callable[[State], State] = unchanged,
) -> list[Record]:
    """Pauses parents first, so that no parent sees a stopped child. Recorded first: a resume undoes both.

    only: of the subtree these; None for all of it. why: for the audit log. also: what else belongs into the same
    commit. Returns whom it paused.
    """
    paused: list[Record] = []

    def change(state: State) -> State:
        now = read_now(state.epoch, home.clock)
        paused.clear()
        for record in reversed(live_members(state, agent_id, home.policy.root.id)):
            halts = record.phase in (Phase.RUNNING, Phase.WAITING)
            meant = only is None or record.ref in only
            if halts and meant and record.paused is None and not home_of(home.layout, record):
                paused.append(record)
                state = with_record(state, replace(record, paused=now.awake))
        return also(state)

    def freeze(state: State) -> None:
        # Within the lock, and the audit log's too: a process stopped while it holds one of them would block all others.
        with audit_log.between_lines(home.layout, QUIET_S):
            running = [record for record in paused if record.phase is Phase.RUNNING]
            frozen = {record.spawn_id: each for record, each in zip(running, home.runner.freeze(running), strict=True)}
        for record in paused:
            each = frozen.get(record.spawn_id, Frozen((), complete=True))
            audit.record(
                home,
                verb,
                agent=record.id,
                spawn_id=record.spawn_id,
                reason=why if each.complete else f"{why}; {NOT_ALL}".removeprefix("; "),
                processes=len(each.processes),
                complete=each.complete,
                revision=state.revision,
            )
        if not paused:
            audit.record(home, verb, agent=agent_id, reason="no agent to pause")

    home.ledger.commit(change, purpose=f"pause {agent_id}", then=freeze)
    return paused
