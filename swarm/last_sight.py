"""What an agent had written and brought forth when it ended: counted once more, for nobody looks at it after that."""

from swarm.home import Home
from swarm.model import AgentSpec, Observed, Record
from swarm.observe import as_of, observe_outputs, observe_progress, was_made
from swarm.outputs import Counted, outputs_of
from swarm.progress import read_progress
from swarm.reading import read_spec


def last_sight(home: Home, record: Record) -> Observed:
    """The record's observation as of now. Where its directory is another spawn's by now, what was seen before."""
    agent = home.layout.agent(record.id)
    spec = read_spec(agent).value
    if spec is None or spec.spawn_id != record.spawn_id:
        return record.observed
    now = home.ledger.now()
    before = record.observed if was_made(record.observed) else None
    written = read_progress(agent, 1).fingerprint
    seen = observe_progress(before, written, now, born=record.spawned, paused=record.paused_total)
    if spec.outputs:
        seen = observe_outputs(seen, _count(home, record, spec), now, first=not seen.outputs_key, born=record.spawned)
    return as_of(seen, now)


def _count(home: Home, record: Record, spec: AgentSpec) -> Counted:
    return outputs_of(home.layout, record.id, spec, record.spawned_at)
