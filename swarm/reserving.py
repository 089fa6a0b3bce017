"""The slot of a spawn: whether there is one, who could be ended for it, and how it is taken under the lock."""

from collections.abc import Mapping
from dataclasses import replace

from swarm import standstill
from swarm.admission import Draft, must_be_able_to_parent, must_be_free, no_overlap
from swarm.budget import end_first, may_spawn
from swarm.clock import read_now
from swarm.errors import Refused
from swarm.home import Home
from swarm.intents import me
from swarm.model import Phase, Record, Verdict
from swarm.queueing import unqueued
from swarm.requests import Candidate, SpawnRequest
from swarm.runners import next_start
from swarm.state import State, with_record


def reserve(
    home: Home, state: State, request: SpawnRequest, made: Draft, judged: Mapping[str, Verdict] | None = None
) -> State:
    """The state with the agent's slots taken (its intent); raises Refused. Runs under the lock."""
    spec = made.spec
    assert spec is not None and spec.parent is not None  # noqa: S101, PT018 an admitted draft has both
    waiting = state.agents.get(made.agent)
    if waiting is not None and waiting.phase is Phase.QUEUED and waiting.spawn_id == made.spawn_id:
        state = unqueued(state, made.agent)
    must_be_able_to_parent(home, spec.parent, state)
    if (still := standstill.refusal(home, state)) is not None:
        raise still
    record = state.agents.get(made.agent)
    if record is not None and (record.holds_slot or record.phase is Phase.QUEUED):
        must_be_free(home, made.agent, state)
    no_overlap(home, made.agent, spec.owns, state)
    no = no_room(home, state, made, request, judged or {})
    if no is not None:
        raise no
    now = read_now(state.epoch, home.clock)
    cost = made.program.start_cost_s if made.program is not None else 0.0
    state = replace(state, last_start=next_start(state.last_start, now.awake, home.runner.capacity().cores, cost))
    return with_record(
        state,
        Record(
            id=spec.id,
            spawn_id=spec.spawn_id,
            phase=Phase.SPAWNING,
            role=spec.role,
            parent=spec.parent,
            slots=spec.slots,
            reserve=request.use_reserve,
            program=spec.program,
            requested_by=spec.created_by,
            spawned=now.awake,
            spawned_at=now.wall,
            owns=spec.owns,
            respawn_of=request.respawn_of,
            starter=me(),
        ),
    )


def who_could_end(
    home: Home, state: State, made: Draft, judged: Mapping[str, Verdict] | None = None
) -> tuple[Candidate, ...]:
    """Who could be ended so that this one has room, stuck ones first."""
    verdicts = judged if judged is not None else judged_now(home)
    found = end_first(state.agents, verdicts, home.policy, parent=made.parent, slots=made.slots)
    return tuple(Candidate(one.id, one.spawn_id, str(one.state or "unknown"), one.why, one.frees) for one in found)


def judged_now(home: Home) -> dict[str, Verdict]:
    """The verdicts on everybody, by a look at the whole tree."""
    from swarm.plan import verdicts
    from swarm.scan import Scanner

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
