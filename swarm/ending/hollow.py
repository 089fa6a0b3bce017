"""What speaks against the results of an agent at its end, by a look at its files; the ledger keeps it from then on."""

from swarm.ending.last_observation import last_observation
from swarm.home.context import Home
from swarm.model.record import Ending, Phase, Record
from swarm.model.review import Dispute
from swarm.model.values import replace
from swarm.probes.named_outputs import missing_outputs
from swarm.protocol.agent_files import read_results, read_spec
from swarm.rules.results.disputes import hollow, not_settled, open_disputes


def disputes_at_end(home: Home, record: Record) -> tuple[Dispute, ...]:
    """What the files of an agent that ended as done leave to be said. Later nobody looks again: what was made may be
    merged, moved or put away by then.

    record: with its last observation, which counts the outputs that its spec declares.
    """
    if home.is_root(record.id):
        return ()
    agent = home.layout.agent(record.id)
    results = read_results(agent)
    spec = record.ref.match(read_spec(agent).value)
    missing = missing_outputs(home.layout, record.id, spec, results.outputs)
    return hollow(results, spec, record.observed.outputs, missing, record.promised)


def disputes_now(home: Home, record: Record) -> tuple[Dispute, ...]:
    """What speaks against its results and is not settled: as recorded at its end, and by a look before that."""
    if record.phase is not Phase.ENDED:
        return not_settled(disputes_at_end(home, replace(record, observed=last_observation(home, record))), record)
    return open_disputes(record) if record.ending is Ending.DONE else ()
