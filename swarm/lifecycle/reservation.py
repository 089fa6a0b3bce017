"""Slots for a spawn: reserved, waited for in the queue, or freed by agents that are ended to make room."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import ValidationError, convert, to_builtins

from swarm.admission import environment, spawn_gate
from swarm.admission.draft import Draft, must_be_able_to_parent, must_be_free, no_overlap
from swarm.admission.ghosts import still_below
from swarm.admission.reserve_right import takes_reserve
from swarm.ending.intents import Order, at_work, live_members, mark_stopping, me, reopen_branch, to_be_stopped
from swarm.errors import Code, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, resolve
from swarm.ledger.state import State, clear_alert, with_record, without
from swarm.ledger.transitions import Queued, Spawning, first
from swarm.lifecycle.stagger import with_turn
from swarm.lifecycle.start import discard, make_directory, take_back
from swarm.lifecycle.stop import stop_all
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase, QueueEntry, Record, Ref
from swarm.model.requests import EvictionChoice, Spawned, SpawnRequest
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.protocol.paths import AgentDir
from swarm.rules.budgets.slot_tree import SlotTree, as_if
from swarm.rules.budgets.slots import end_first, refusal

STUCK = frozenset({Health.OVERDUE, Health.LOOPING})
"""Who `--kill-stuck` may end: what the table itself says to end, and what loops."""


def unqueued(state: State, agent_id: str) -> State:
    """The state in which this id waits for nothing."""
    return replace(without(state, agent_id), queue=tuple(each for each in state.queue if each.id != agent_id))


def enqueue(home: Home, request: SpawnRequest, made: Draft) -> Spawned:
    """Puts the spawn into the queue: a heartbeat starts it when there is room, in order."""
    spec = made.spec
    assert spec is not None and made.launch is not None  # noqa: S101, PT018 an admitted draft has both
    environment.keep_waiting(home, made.spawn_id, made.launch.inherited)
    entry = QueueEntry(
        id=made.agent,
        spawn_id=made.spawn_id,
        at=home.clock.wall(),
        request=to_builtins(replace(request, parent=spec.parent)),
        by=home.actor.kept(),
    )

    def change(state: State) -> State:
        must_be_able_to_parent(home, made.parent, state)
        must_be_free(home, made.agent, state)
        now = read_now(state.epoch, home.clock)
        record = first(spec, Queued(), now, reserve=takes_reserve(request, made.role))
        return replace(with_record(state, record), queue=(*state.queue, entry))

    def lines(_: State) -> Iterator[AuditLine]:
        yield audit.line(
            home,
            AuditVerb.QUEUE,
            agent=made.agent,
            spawn_id=made.spawn_id,
            reason="it waits for a slot",
            slots=made.slots,
        )

    home.ledger.commit(change, purpose=f"queue {made.agent}", lines=lines)
    directory = str(home.layout.agent(made.agent).path)
    return Spawned(made.agent, made.spawn_id, directory, queued=True, warnings=made.warnings)


def request_of(entry: QueueEntry) -> SpawnRequest:
    """What an entry of the queue asks for; raises SwarmError `queue` where an edit has made it something else."""
    try:
        return convert(entry.request, SpawnRequest)
    except ValidationError as error:
        raise SwarmError("An entry of the queue is not a spawn.", str(error), code=Code.QUEUE) from error


def reserve(home: Home, state: State, request: SpawnRequest, made: Draft) -> State:
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
    no_overlap(home, spec, state)
    if made.kept is not None and not made.goes_on:
        # Who ended below the earlier run moves with its directory; their ended.json keeps what the ledger forgets here.
        for below in [each for each in state.agents if each.startswith(made.agent + "/")]:
            state = without(state, below)
    no = no_room(home, state, made, request, {})
    if no is not None:
        raise no
    if request.force:
        # The operator has mended something: what failed before says nothing of what comes.
        others = {name: past for name, past in state.crashes.items() if name != made.agent}
        state = clear_alert(replace(state, crashes=others), made.agent, AlertCause.CRASH_LOOP)
    now = read_now(state.epoch, home.clock)
    cost = made.program.start_cost_s if made.program is not None else 0.0
    return with_record(
        with_turn(home, state, cost),
        first(
            spec,
            Spawning(me()),
            now,
            reserve=takes_reserve(request, made.role),
            boxed=made.launch is not None and bool(made.launch.box),
            respawn_of=request.respawn_of,
        ),
    )


def who_could_end(
    home: Home, state: State, made: Draft, judged: Mapping[str, Verdict] | None = None
) -> tuple[EvictionChoice, ...]:
    """The agents that could be ended to make room for this spawn, stuck ones first."""
    verdicts = judged if judged is not None else judged_now(home)
    ghosts = still_below(made.ghosts, state)
    found = end_first(state.agents, verdicts, home.policy, parent=made.parent, ghosts=ghosts)
    return tuple(EvictionChoice(one.id, one.spawn_id, str(one.state or "unknown"), one.why, one.frees) for one in found)


def judged_now(home: Home) -> dict[str, Verdict]:
    """The verdicts on all agents, from a full scan."""
    from swarm.rules.verdicts import verdicts
    from swarm.scan.scanner import Scanner

    return verdicts(Scanner(home).full(), home.policy, home.now())


def no_room(
    home: Home, state: State, made: Draft, request: SpawnRequest, judged: Mapping[str, Verdict]
) -> Refused | None:
    """Why there is no room for this spawn; None where there is. judged: to name the stuck ones first."""
    no = refusal(
        SlotTree(state.agents, home.policy.root.id, still_below(made.ghosts, state)),
        home.policy,
        parent=made.parent,
        agent_id=made.agent,
        slots=made.slots,
        role=request.role,
        use_reserve=takes_reserve(request, made.role),
        closed=state.branches_closed,
        verdicts=judged or None,
    )
    return Refused(*no) if no is not None else None


def make_room(
    home: Home, request: SpawnRequest, made: Draft, refused: Refused
) -> tuple[AgentDir, State, tuple[str, ...]]:
    """Ends those that the request names (or who is stuck), and reserves their slots in the commit that frees them.

    Returns the new agent's directory, the state with its reservation, and who was ended. All that can be refused is
    checked before any process is signalled. Where a death cannot be verified, its slot is held and nothing is spawned.
    """
    victims = _named(home, request) if request.kill_first else _stuck(home, request, made, refused)
    agent = home.layout.agent(made.agent)
    if made.kept is None:
        make_directory(home, made)
    branches = [victim.id for victim in victims]
    order = Order(f"ended to make room for {made.agent}", home.policy.stop.grace, str(home.actor))
    members: list[str] = []

    try:
        with at_work([made.spawn_id]) as begin:

            def close(state: State) -> State:
                members.clear()
                must_be_the_same(state, victims)
                without_them = freed(state, branches, home.policy.root.id)
                reserve(home, without_them, request, made)  # checked, not kept: would there be room?
                for branch in branches:
                    marked = to_be_stopped(state, branch, home.policy.root.id)
                    members.extend(record.id for record in marked)
                    begin(record.spawn_id for record in marked)
                    state = mark_stopping(state, marked, branch, order)
                return state

            state = home.ledger.commit(close, purpose=f"make room for {made.agent}")
            try:
                ended = stop_all(
                    home,
                    [state.agents[agent_id] for agent_id in members],
                    order,
                    also=lambda after: reserve(home, after, request, made),
                )
            finally:
                for branch in branches:
                    reopen_branch(home, branch)
    except BaseException:
        if made.kept is None:
            take_back(home.layout, agent, made.spawn_id, "")
        raise
    if made.kept is not None:
        # The directory of the earlier run moves only behind the reservation, by which a recovery knows to put it back.
        try:
            make_directory(home, made)
        except BaseException:
            discard(home, made, crash=False)
            raise
    return agent, home.ledger.read(), tuple(each.agent for each in ended)


def freed(state: State, branches: Sequence[str], root: str) -> State:
    """The state as it would be with these branches gone."""
    for branch in branches:
        for record in live_members(state, branch, root):
            state = with_record(state, replace(as_if(record, Phase.ENDED), unverified=""))
    return state


def must_be_the_same(state: State, victims: Sequence[Record]) -> None:
    """Raises Refused `no-slot` where one of them has ended or come back since it was chosen."""
    for victim in victims:
        found = victim.ref.find(state.agents)
        if found is None or not found.holds_slot or found.phase is Phase.STOPPING:
            raise Refused(
                Code.NO_SLOT,
                f"{victim.id!r} is not as it was when it was chosen to make room.",
                "It was ended or spawned anew in the meantime. No agent was ended.",
                "Look again.",
            )


def _named(home: Home, request: SpawnRequest) -> list[Record]:
    state = home.ledger.read()
    victims: list[Record] = []
    for words in request.kill_first:
        agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        record = state.agents.get(agent_id)
        if record is None or not record.holds_slot:
            raise Refused(Code.NO_SLOT, f"{agent_id!r} holds no slot.", "Ending it makes no room. No agent was ended.")
        victims.append(record)
    return victims


def _stuck(home: Home, request: SpawnRequest, made: Draft, refused: Refused) -> list[Record]:
    """The first stuck ones that make enough room, in the order of `end_first`; two looks have to agree on each."""
    twice = {one.agent for one in who_could_end(home, home.ledger.read(), made) if one.state in STUCK}
    state = home.ledger.read()
    chosen: list[Record] = []
    stuck = [one for one in who_could_end(home, state, made) if one.state in STUCK and one.agent in twice]
    if home.actor.is_agent:
        stuck = [one for one in stuck if one.agent.rpartition("/")[0] == home.actor.agent]
    stuck.sort(key=lambda one: one.frees < made.slots)  # one that makes room by itself spares the others
    for one in stuck:
        record = Ref(one.agent, one.spawn_id).find(state.agents)
        if record is None or record.phase is not Phase.RUNNING:
            continue
        chosen.append(record)
        try:
            reserve(home, freed(state, [each.id for each in chosen], home.policy.root.id), request, made)
        except SwarmError:
            continue
        return chosen
    raise Refused(
        refused.code,
        refused.title,
        f"{refused.detail} No stuck agent could make room, so none was ended.",
        refused.hint,
    )
