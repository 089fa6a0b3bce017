"""Rebuilds the ledger from the agents' directories (`swarm-tui doctor --rebuild`)."""

from collections.abc import Iterator, Mapping

from swarm.ledger.codec import read_ended
from swarm.ledger.state import State, raise_alert
from swarm.ledger.transitions import Running, first
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record, Ref
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.protocol.agent_files import read_exit, read_kept, read_spec
from swarm.protocol.find import walk
from swarm.protocol.heartbeats import read_beats
from swarm.protocol.names import is_name, nearest, parent_of
from swarm.protocol.paths import Layout
from swarm.store.validators import seconds


def from_tree(layout: Layout, state: State, wall: float) -> State:
    """Returns the state with the agents that the tree shows; keeps what else the old ledger knew, where it can be read.

    wall: wall seconds now. What ran is RUNNING with the identities its keeper wrote, as hints: a heartbeat looks if
    it still does. An agent with an ended.json is over and stays out. Who is in the ledger alive but not in the tree
    stays: its processes must stay killable. A rebuild ages no agent: a spawn that it had forgotten counts from now.
    """
    found = {record.id: record for record in _records(layout, state)}
    ended = {agent_id for agent_id, known in state.agents.items() if known.phase is Phase.ENDED}
    kept = {agent_id: known for agent_id, known in state.agents.items() if agent_id not in ended or known.unverified}
    beats, _ = read_beats(layout.heartbeats)
    last = max((beat.n for beat in beats), default=0)
    agents: Mapping[str, Record] = {**kept, **found}
    rebuilt = replace(
        state,
        agents=agents,
        heartbeat_n=max(state.heartbeat_n, last),
        heartbeat_epoch=None,
        running=None,
        owner=None,
        branches_closed=frozenset(),
        crashes={},
    )
    text = f"the ledger was rebuilt from the agents' files: {len(found)} of them had not ended"
    return raise_alert(rebuilt, "", AlertCause.LEDGER_REBUILT, text, "", wall)


def _records(layout: Layout, state: State) -> Iterator[Record]:
    seen: set[str] = set()
    for agent_id in walk(layout):
        if not all(map(is_name, agent_id.split("/"))):
            continue  # a directory that the engine would not have made
        above = nearest(parent_of(agent_id), seen)
        seen.add(agent_id)
        agent = layout.agent(agent_id)
        spec = read_spec(agent).value
        if spec is None:
            continue  # a foreign agent: shown, never kept
        ref = Ref(agent_id, spec.spawn_id)
        if ref.match(read_ended(agent).value) is not None:
            continue
        if (known := ref.find(state.agents)) is not None:
            yield known
            continue
        started, over = ref.match(read_kept(agent).value), ref.match(read_exit(agent).value)
        if spec.parent is None and spec.role == "genesis" and started is None and over is None:
            continue  # the root before its first turn
        processes = Running(started.keeper, started.program) if started is not None else Running(None, None)
        at = Now(seconds(spec.created_at), state.epoch.awake)
        yield first(replace(spec, id=agent_id), processes, at, parent=above or spec.parent)
