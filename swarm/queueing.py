"""Spawns that wait for a slot: put into the ledger's queue, taken out of it, read back as what was asked for."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from swarm import audit
from swarm.admission import Draft, must_be_able_to_parent, must_be_free
from swarm.clock import read_now
from swarm.errors import SwarmError
from swarm.home import Home
from swarm.model import Acceptance, Actor, Phase, Record
from swarm.requests import Spawned, SpawnRequest
from swarm.state import State, with_record, without


def unqueued(state: State, agent_id: str) -> State:
    """The state in which this id waits for nothing."""
    return replace(without(state, agent_id), queue=tuple(each for each in state.queue if each.get("id") != agent_id))


def enqueue(home: Home, request: SpawnRequest, made: Draft) -> Spawned:
    """Puts the spawn into the queue: a heartbeat starts it when there is room, in order."""
    spec = made.spec
    assert spec is not None  # noqa: S101 an admitted draft has one
    entry: dict[str, object] = {
        "id": made.agent,
        "spawn_id": made.spawn_id,
        "at": home.clock.wall(),
        "by": {"kind": home.actor.kind, "agent": home.actor.agent, "spawn_id": home.actor.spawn_id},
        "request": request_json(replace(request, parent=spec.parent)),
    }

    def change(state: State) -> State:
        must_be_able_to_parent(home, made.parent, state)
        must_be_free(home, made.agent, state)
        now = read_now(state.epoch, home.clock)
        record = Record(
            id=made.agent,
            spawn_id=made.spawn_id,
            phase=Phase.QUEUED,
            role=spec.role,
            parent=spec.parent,
            slots=spec.slots,
            reserve=request.use_reserve,
            program=spec.program,
            requested_by=spec.created_by,
            spawned=now.awake,
            spawned_at=now.wall,
        )
        return replace(with_record(state, record), queue=(*state.queue, entry))

    def line(state: State) -> None:
        audit.record(
            home,
            "queue",
            agent=made.agent,
            spawn_id=made.spawn_id,
            reason="it waits for a slot",
            slots=made.slots,
            revision=state.revision,
        )

    home.ledger.commit(change, purpose=f"queue {made.agent}", then=line)
    directory = str(home.layout.agent(made.agent).path)
    return Spawned(made.agent, made.spawn_id, directory, queued=True, warnings=made.warnings)


def request_json(request: SpawnRequest) -> dict[str, object]:
    """A request as the queue keeps it."""
    return asdict(request)


def request_of(value: object) -> SpawnRequest:
    """A request out of the queue; raises SwarmError where somebody edited it into something else."""
    if not isinstance(value, Mapping):
        raise SwarmError("An entry of the queue is not a spawn.", code="queue")
    known = {name: value[name] for name in SpawnRequest.__dataclass_fields__ if name in value}
    for name in ("inputs", "outputs", "owns", "command", "kill_first"):
        known[name] = tuple(str(item) for item in known.get(name, ()))
    known["accept"] = tuple(
        Acceptance(str(item.get("text", "")), item.get("check")) for item in known.get("accept", ())
    )
    try:
        return SpawnRequest(**known)
    except TypeError as error:
        raise SwarmError("An entry of the queue is not a spawn.", str(error), code="queue") from error


def actor_of(value: object) -> Actor:
    """Who asked for a queued spawn."""
    if not isinstance(value, Mapping):
        return Actor()
    return Actor(*(str(value.get(key, "")) for key in ("kind", "agent", "spawn_id")))
