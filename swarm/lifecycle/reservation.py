"""Spawns that wait for a slot: put into the ledger's queue, taken out of it, read back as what was asked for."""

from collections.abc import Mapping

from msgspec import ValidationError, convert, to_builtins

from swarm.errors import Code, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record, without
from swarm.ledger.transitions import Queued, Spawning, first
from swarm.lifecycle import spawn_gate
from swarm.lifecycle.admission import Draft, must_be_able_to_parent, must_be_free, no_overlap
from swarm.lifecycle.intents import me
from swarm.model.audit_verb import AuditVerb
from swarm.model.health import Verdict
from swarm.model.record import Phase, QueueEntry
from swarm.model.ref import Ref
from swarm.model.requests import EvictionChoice, Spawned, SpawnRequest
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.processes.runner import next_start
from swarm.rules.slots import end_first, may_spawn


def unqueued(state: State, agent_id: str) -> State:
    """The state in which this id waits for nothing."""
    return replace(without(state, agent_id), queue=tuple(each for each in state.queue if each.id != agent_id))


def enqueue(home: Home, request: SpawnRequest, made: Draft) -> Spawned:
    """Puts the spawn into the queue: a heartbeat starts it when there is room, in order."""
    spec = made.spec
    assert spec is not None  # noqa: S101 an admitted draft has one
    entry = QueueEntry(
        id=made.agent,
        spawn_id=made.spawn_id,
        at=home.clock.wall(),
        request=to_builtins(replace(request, parent=spec.parent)),
        by=home.actor._asdict(),
    )

    def change(state: State) -> State:
        must_be_able_to_parent(home, made.parent, state)
        must_be_free(home, made.agent, state)
        now = read_now(state.epoch, home.clock)
        record = first(spec, Queued(), now, reserve=request.use_reserve)
        return replace(with_record(state, record), queue=(*state.queue, entry))

    def line(state: State) -> None:
        audit.record(
            home,
            AuditVerb.QUEUE,
            agent=made.agent,
            spawn_id=made.spawn_id,
            reason="it waits for a slot",
            slots=made.slots,
            revision=state.revision,
        )

    home.ledger.commit(change, purpose=f"queue {made.agent}", then=line)
    directory = str(home.layout.agent(made.agent).path)
    return Spawned(made.agent, made.spawn_id, directory, queued=True, warnings=made.warnings)


def request_of(entry: QueueEntry) -> SpawnRequest:
    """What an entry of the queue asks for; raises SwarmError `queue` where an edit has made it something else."""
    try:
        return convert(entry.request, SpawnRequest)
    except ValidationError as error:
        raise SwarmError("An entry of the queue is not a spawn.", str(error), code=Code.QUEUE) from error


def reserve(
    home: Home, state: State, request: SpawnRequest, made: Draft, judged: Mapping[str, Verdict] | None = None
) -> State:
    """The state with the agent's slots taken (its intent); raises Refused. Runs under the lock."""
    spec = made.spec
    assert spec is not None and spec.parent is not None  # noqa: S101, PT018 an admitted draft has both
    waiting = Ref(made.agent, made.spawn_id).find(state.agents)
    if waiting is not None and waiting.phase is Phase.QUEUED:
        state = unqueued(state, made.agent)
    must_be_able_to_parent(home, spec.parent, state)
    if (closed := spawn_gate.refusal(home, state)) is not None:
        raise closed
    record = state.agents.get(made.agent)
    if record is not None and (record.holds_slot or record.phase is Phase.QUEUED):
        must_be_free(home, made.agent, state)
    no_overlap(home, made.agent, spec.owns, state)
    no = no_room(home, state, made, request, judged or {})
    if no is not None:
        raise no
    now = read_now(state.epoch, home.clock)
    cost = made.program.start_cost_s if made.program is not None else 0.0
    state = replace(state, last_start=next_start(state.last_start, now.awake, home.runner.cores(), cost))
    return with_record(
        state, first(spec, Spawning(me()), now, reserve=request.use_reserve, respawn_of=request.respawn_of)
    )


def who_could_end(
    home: Home, state: State, made: Draft, judged: Mapping[str, Verdict] | None = None
) -> tuple[EvictionChoice, ...]:
    """The agents that could be ended to make room for this spawn, stuck ones first."""
    verdicts = judged if judged is not None else judged_now(home)
    found = end_first(state.agents, verdicts, home.policy, parent=made.parent, slots=made.slots)
    return tuple(EvictionChoice(one.id, one.spawn_id, str(one.state or "unknown"), one.why, one.frees) for one in found)


def judged_now(home: Home) -> dict[str, Verdict]:
    """The verdicts on all agents, from a full scan."""
    from swarm.rules.plan import verdicts
    from swarm.scan.scanner import Scanner

    return verdicts(Scanner(home).full(), home.policy, home.now())


def no_room(
    home: Home, state: State, made: Draft, request: SpawnRequest, judged: Mapping[str, Verdict]
) -> Refused | None:
    """Why there is no room for this spawn; None where there is. judged: to name the stuck ones first."""
    no = may_spawn(
        state.agents,
        home.policy,
        parent=made.parent,
        agent_id=made.agent,
        slots=made.slots,
        use_reserve=request.use_reserve,
        closed=state.branches_closed,
        verdicts=judged or None,
    )
    return Refused(*no) if no is not None else None
