"""The agents of a subtree, which actors may act on it, and the intent to stop it."""

from collections.abc import Sequence

from msgspec import Struct

from swarm.errors import Code, NotFound, Refused
from swarm.home.context import Home
from swarm.ledger.state import State, with_record
from swarm.ledger.transitions import Stopping, move
from swarm.lifecycle.intents import abandoned, me
from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.protocol.names import parent_of


def live_below(state: State, agent_id: str) -> list[Record]:
    """The agents of a subtree that hold a slot, the top one included, deepest first."""
    members = [
        record
        for record in state.agents.values()
        if record.holds_slot and (record.id == agent_id or record.id.startswith(agent_id + "/"))
    ]
    return sorted(members, key=lambda record: (-record.id.count("/"), record.id))


def abandoned_branches(state: State, root: str) -> frozenset[str]:
    """Closed branches in which no agent is being stopped."""
    stopping = [record.id for record in state.agents.values() if record.phase is Phase.STOPPING]
    return frozenset(
        branch
        for branch in state.branches_closed
        if not any(branch == root or each == branch or each.startswith(branch + "/") for each in stopping)
    )


def must_live(state: State, agent_id: str, spawn_id: str = "") -> Record:
    """The record of a living agent; raises NotFound where it has ended, is foreign, or was spawned anew."""
    record = state.agents.get(agent_id)
    if record is None or not record.live:
        raise NotFound(
            f"{agent_id!r} does not run.",
            "It has ended." if record is not None else "It was not spawned by this engine.",
            "swarm-tui status shows who runs.",
        )
    must_be_meant(record, spawn_id)
    return record


def must_be_meant(record: Record, spawn_id: str) -> None:
    """Raises NotFound where a caller means another spawn of this agent. spawn_id: '' for whichever there is."""
    if spawn_id not in ("", record.spawn_id):
        raise NotFound(
            f"{record.id!r} is not the one that was meant any more.",
            "It has been spawned anew since.",
            "Look at it again first.",
        )


class Order(Struct, frozen=True):
    """How a subtree is to be stopped. grace: seconds. by: who ordered it, for people."""

    reason: str
    grace: float
    by: str
    taken_over: bool = False
    """The process that was stopping it died: the words of its order stay in the record."""
    automatic: bool = False
    """A heartbeat ordered it: an agent that has written its results is first given a moment to end by itself."""


def must_be_below(home: Home, agent_id: str) -> None:
    """Raises Refused `hierarchy` where an agent acts on one that is not directly below it."""
    if home.actor.is_agent and parent_of(agent_id) != home.actor.agent:
        raise Refused(
            Code.HIERARCHY,
            f"{home.actor.agent!r} may act only on agents directly below itself.",
            f"{agent_id!r} is not.",
            "Ask its parent, or the operator.",
        )


def live_members(state: State, agent_id: str, root: str) -> list[Record]:
    """The live agents of a subtree, deepest first; for the root all of them, with the root's own turn, if any."""
    if agent_id != root:
        return live_below(state, agent_id)
    members = [record for record in state.agents.values() if record.holds_slot and (record.id != root or record.live)]
    return sorted(members, key=lambda record: (-record.id.count("/"), record.id))


def to_be_stopped(state: State, agent_id: str, root: str) -> list[Record]:
    """Those of a subtree that no other process is stopping."""
    return [
        record
        for record in live_members(state, agent_id, root)
        if record.phase is not Phase.STOPPING or abandoned(record)
    ]


def mark_stopping(state: State, members: Sequence[Record], branch: str, order: Order) -> State:
    """The state with the intent: `branch` takes no spawns, and this process stops these agents of it."""
    for record in members:
        if record.phase is not Phase.ENDED:
            state = with_record(state, move(record, Stopping(me(), order.reason, order.by)))
    return replace(state, branches_closed=state.branches_closed | {branch}) if members else state


def reopen_branch(home: Home, branch: str) -> None:
    """The branch takes spawns again: the root always, an agent that is spawned anew."""
    if branch in home.ledger.read().branches_closed:
        home.ledger.commit(
            lambda state: replace(state, branches_closed=state.branches_closed - {branch}),
            purpose=f"open {branch} again",
        )
