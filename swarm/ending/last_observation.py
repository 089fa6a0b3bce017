"""The last look at what an agent wrote and made, before its end is written down."""

from swarm.home.context import Home
from swarm.model.agent import AgentSpec
from swarm.model.record import Observed, Record
from swarm.model.reports import Counted
from swarm.probes.outputs import outputs_of
from swarm.protocol.agent_files import read_spec
from swarm.protocol.progress import read_progress
from swarm.rules.looping.observation import as_of, observe_outputs, observe_progress, was_made, were_counted


def last_observation(home: Home, record: Record) -> Observed:
    """The record's observation as of now. Where its directory is another spawn's by now, what was seen before."""
    agent = home.layout.agent(record.id)
    spec = record.ref.match(read_spec(agent).value)
    if spec is None:
        return record.observed
    now = home.ledger.now()
    before = record.observed if was_made(record.observed) else None
    written = read_progress(agent, 1).written
    seen = observe_progress(before, written, now, born=record.spawned, paused=record.paused_total)
    if spec.outputs:
        seen = observe_outputs(seen, _count(home, record, spec), now, first=not were_counted(seen), born=record.spawned)
    return as_of(seen, now)


def _count(home: Home, record: Record, spec: AgentSpec) -> Counted:
    return outputs_of(home.layout, record.id, spec, record.spawned_at)
