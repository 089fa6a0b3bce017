"""Which agents a kill ends with one, and which a heartbeat kills: whole subtrees, but none above an agent on hold."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.plan import Action
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView, Snapshot


class Due(NamedTuple):
    """Why an agent is to be ended.

    cause: LIMIT where it has used up what it may, INJECTION for what stands in its texts, RESULTS_ORPHANED where it
    leaves results unread, LOOPING where it was warned and loops still, None for its silence.
    """

    reason: str
    cause: AlertCause | None = None


def going_down(snapshot: Snapshot, agent_id: str) -> list[AgentView]:
    """The agents that a kill of this one ends, itself first: all below that hold or await a slot; of the root, all."""
    below = agent_id + "/"
    found = [
        view
        for view in snapshot.agents
        if (view.id.startswith(below) or agent_id == snapshot.root)
        and view.id != agent_id
        and view.record is not None
        and (view.record.holds_slot or view.record.phase is Phase.QUEUED)
    ]
    itself = snapshot.agent(agent_id)
    return [*([itself] if itself is not None else []), *sorted(found, key=lambda view: view.id)]


def kills(snapshot: Snapshot, judged: Mapping[str, Verdict], due: Mapping[str, Due]) -> Iterator[Action]:
    """The ends that are due, whole subtrees; who goes down with another is not named again.

    Where an agent below is held or paused, the operator has said that it shall live. So the one above it lives, too,
    and an alert says so (`kill-blocked`). The root goes alone: what is ended of it is its turn.
    """
    if not due:
        return
    children: dict[str, list[AgentView]] = {}
    for view in snapshot.agents:
        children.setdefault(view.parent or "", []).append(view)
    doomed: set[str] = set()
    for view in snapshot.agents:
        if view.id not in due or view.id in doomed:
            continue
        reason, cause = due[view.id]
        if view.id == snapshot.root:
            yield Action(ActionKind.KILL, view.id, view.spawn_id, reason, cause)
            continue
        below = [one for one in _below(view.id, children) if one.record is not None and one.record.holds_slot]
        spared = next((one for one in below if judged[one.id].state in (Health.HELD, Health.PAUSED)), None)
        if spared is not None:
            why = f"{reason}; not ended, for {spared.id} below it is {judged[spared.id].state}"
            yield Action(ActionKind.ALERT, view.id, view.spawn_id, why, AlertCause.KILL_BLOCKED)
            continue
        gone = [one.id for one in below if one.results.state is not ResultsState.VALID]
        doomed.update(gone)
        yield Action(ActionKind.KILL, view.id, view.spawn_id, reason, cause, subtree=tuple(gone))


def _below(agent: str, children: Mapping[str, list[AgentView]]) -> list[AgentView]:
    """Every agent below an agent, children before their parents."""
    found = list(children.get(agent, ()))
    for view in found:
        found += children.get(view.id, ())
    return found[::-1]
