"""Eviction: agents ended to make room for a spawn, and their slots handed over in one commit."""

from collections.abc import Sequence

from swarm.errors import Code, Refused, SwarmError
from swarm.home.context import Home
from swarm.home.resolve import resolve
from swarm.ledger.state import State, with_record
from swarm.lifecycle.admission import Draft
from swarm.lifecycle.intents import at_work
from swarm.lifecycle.reservation import reserve, who_could_end
from swarm.lifecycle.start import clear_away, make_directory
from swarm.lifecycle.stop import stop_all
from swarm.lifecycle.subtree import Order, live_members, mark_stopping, must_be_below, reopen_branch, to_be_stopped
from swarm.model.health import Health
from swarm.model.record import Phase, Record
from swarm.model.ref import Ref
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from swarm.protocol.paths import AgentDir
from swarm.rules.slot_tree import as_if

STUCK = frozenset({Health.OVERDUE, Health.LOOPING})
"""Who `--kill-stuck` may end: what the table itself says to end, and what loops."""


def make_room(
    home: Home, request: SpawnRequest, made: Draft, refusal: Refused
) -> tuple[AgentDir, State, tuple[str, ...]]:
    """Ends those that the request names (or who is stuck), and reserves their slots in the commit that frees them.

    Returns the new agent's directory, the state with its reservation, and who was ended. All that can be refused is
    checked before any process is signalled. Where a death cannot be verified, its slot is held and nothing is spawned.
    """
    victims = _named(home, request) if request.kill_first else _stuck(home, request, made, refusal)
    agent = make_directory(home, made)
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
        clear_away(agent)
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


def _stuck(home: Home, request: SpawnRequest, made: Draft, refusal: Refused) -> list[Record]:
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
        refusal.code,
        refusal.title,
        f"{refusal.detail} No stuck agent could make room, so none was ended.",
        refusal.hint,
    )
