"""From a spawn that was asked for to a running agent, or to a place in the queue."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from swarm.admission import spawn_gate
from swarm.admission.draft import Draft, draft
from swarm.ending.intents import at_work
from swarm.ending.settle import settle
from swarm.errors import Busy, Code, HomeError, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.reserve import fill
from swarm.ledger.state import State
from swarm.lifecycle.readiness import must_be_ready
from swarm.lifecycle.recovery import resolve_intents
from swarm.lifecycle.reservation import enqueue, judged_now, make_room, no_room, request_of, reserve, unqueued
from swarm.lifecycle.start import discard, make_directory, start
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.health import Verdict
from swarm.model.requests import Spawned, SpawnRequest
from swarm.model.values import replace
from swarm.protocol import agent_environment
from swarm.protocol.paths import AgentDir
from swarm.protocol.role import Role

Judge = Callable[[], Mapping[str, Verdict]]
ROOM = frozenset({Code.NO_SLOT, Code.RESERVE, Code.BUDGET, Code.ALLOCATION})
"""Codes of refusals for lack of room: ending an agent, or waiting, would help."""
GATED = frozenset({*spawn_gate.CODES.values(), Code.UNREAD})
"""Codes of the spawn gate: no agent is started now, and a spawn with `queue` waits."""
WAITS = ROOM | GATED | {Code.PAUSED_BRANCH, Code.PROGRAM}
"""Codes for which a queued spawn goes on waiting: a program that is gone, or is being updated, fails all alike."""


def spawn(home: Home, request: SpawnRequest, role: Role | None = None) -> Spawned:
    """Checks, reserves, starts; see `Swarm.spawn`. Every refusal is a line in the audit log.

    With `queue`, a spawn without room waits for it. With `kill_first` or `kill_stuck`, room is made and taken in one
    step. role: the request's role, where the caller has read it.
    """
    with audit.attempt(home, AuditVerb.SPAWN, request.name) as attempt:
        must_be_ready(home)
        home.must_be_able_to_start()
        with suppress(SwarmError):  # what is wrong with the disk, the reservation finds
            fill(home.layout)  # before there is an agent that could fill the disk
        made = draft(home, request, home.ledger.read(), role=role)
        attempt.agent = made.agent
        return admit(home, request, made)


def admit(home: Home, request: SpawnRequest, made: Draft) -> Spawned:
    """Starts what `draft` found nothing against. Raises the first objection; records nothing of its own failure."""
    if made.errors:
        raise made.errors[0][1]
    ended: tuple[str, ...] = ()
    with at_work([made.spawn_id]):
        try:
            agent, reserved = _reserve(home, request, made)
        except Refused as refusal:
            if refusal.code in GATED and request.queue:
                return enqueue(home, request, made)
            if refusal.code not in ROOM:
                raise
            if not (request.kill_first or request.kill_stuck):
                if request.queue:
                    return enqueue(home, request, made)
                raise
            agent, reserved, ended = make_room(home, request, made, refusal)
        start(home, made, agent, reserved)
    warnings = warnings_of(home, reserved, made)
    return Spawned(made.agent, made.spawn_id, str(agent.path), warnings=warnings, ended_first=ended)


def warnings_of(home: Home, state: State, made: Draft) -> tuple[str, ...]:
    """The warnings for the caller of this spawn, with what the spawn gate lets only the operator pass."""
    closed = spawn_gate.warning(home, state)
    return (*made.warnings, closed) if closed else made.warnings


def _reserve(home: Home, request: SpawnRequest, made: Draft) -> tuple[AgentDir, State]:
    """The slot and the directory. What has ended unnoticed gives its slot back before this one is refused."""
    try:
        reserved = _commit_reservation(home, request, made)
    except Refused as refusal:
        if refusal.code not in ROOM:
            raise
        if not (settle(home) or resolve_intents(home)):
            raise _with_names(home, request, made, refusal) from None
        try:
            reserved = _commit_reservation(home, request, made)
        except Refused as again:
            raise _with_names(home, request, made, again) from None
    try:
        return make_directory(home, made), reserved
    except BaseException:
        discard(home, made, crash=False)
        raise


def _commit_reservation(home: Home, request: SpawnRequest, made: Draft) -> State:
    return home.ledger.commit(lambda state: reserve(home, state, request, made), purpose=f"spawn {made.agent}")


def _with_names(home: Home, request: SpawnRequest, made: Draft, refusal: Refused) -> Refused:
    """The refusal with the agents that could be ended, stuck ones first, where it is for lack of room."""
    if refusal.code not in ROOM:
        return refusal
    return no_room(home, home.ledger.read(), made, request, judged_now(home)) or refusal


def spawn_queued(home: Home, agent_id: str) -> Spawned | None:
    """Starts the head of the queue with this id, as the actor who asked for it; None where it waits no more.

    Raises SwarmError: where there is no room, the spawn gate is closed, or the home cannot be written now, it goes on
    waiting; for any other reason it is taken out of the queue.
    """
    state = home.ledger.read()
    entry = next((each for each in state.queue if each.id == agent_id), None)
    if entry is None:
        return None
    request = request_of(entry)
    acting = replace(home, actor=entry.actor)
    without_it = unqueued(state, agent_id)
    try:
        made = draft(acting, request, without_it, spawn_id=entry.spawn_id)
        spawned = admit(acting, replace(request, queue=False, kill_stuck=False, kill_first=()), made)
    except SwarmError as error:
        if error.code not in WAITS and not isinstance(error, Busy | HomeError):
            home.ledger.commit(lambda state: unqueued(state, agent_id), purpose=f"give up on {agent_id}")
            agent_environment.remove(home.layout.waiting_environment(entry.spawn_id))
            audit.record(home, AuditVerb.SPAWN, agent=agent_id, error=error, actor=ENGINE, queued=True)
        raise
    agent_environment.remove(home.layout.waiting_environment(entry.spawn_id))
    return spawned
